// PUT and GET /blobs/<hex>, by pre-signed URL: how pictures reach and leave the folder store.
//
// Corridor: worker/link/upload -> [gateway/blobs] -> blob/folder
#pragma once

#include "coordinator/gateway/exchange.h"

namespace gotong::gateway {

// Takes a blob of at most the granted size. 201 when it is new, 200 when it was there, 403 for a
// URL that is not good, 411 without Content-Length, 413 when it is too large, 422 when the bytes
// are not those of the name, 507 when the disk is full.
Decision put_blob(const Services& services, const Head& head);

// 200, 403 or 404.
Reply get_blob(const Services& services, const Head& head);

}  // namespace gotong::gateway
