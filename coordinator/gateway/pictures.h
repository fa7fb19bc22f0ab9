// GET /pictures/<job>.png, by pre-signed URL: the finished picture with its receipt in it.
//
// Corridor: rpc/creator_service -> [gateway/pictures] -> common/receipt/picture
#pragma once

#include "coordinator/gateway/exchange.h"

namespace gotong::gateway {

// 200, 403, or 404 when the job is unknown or not done, 410 when its picture
// was removed by the pool's policy. Holds the whole picture in memory.
Reply get_picture(const Services& services, const Head& head);

}  // namespace gotong::gateway
