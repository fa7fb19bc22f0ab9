// PUT and GET /inputs/<account>/<hex>, by pre-signed URL: how the pictures that jobs begin with
// come from creators and reach workers.
//
// Nothing of a file is parsed but its first bytes, and all of it is hashed while it comes in.
//
// Corridor: rpc/creator_service -> [gateway/inputs] -> blob/inputs
#pragma once

#include "coordinator/gateway/exchange.h"

namespace gotong::gateway {

// Takes a file of at most the granted size. 201 when it is new, 200 when it was there, 403 for a
// URL that is not good, 411 without Content-Length, 413 when it is too large, 422 when it is no
// picture or not the bytes of the name, 507 when the disk or the account's room is full.
Decision put_input(const Services& services, const Head& head);

// 200, 403 or 404.
Reply get_input(const Services& services, const Head& head);

}  // namespace gotong::gateway
