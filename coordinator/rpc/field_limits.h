// One validator for the lengths of every string, byte string and list that a peer sends, run before
// anything else looks at a message.
//
// These are the edges' limits: they bound work and memory. What a field may mean (a prompt of at
// most 4,000 bytes, a known sampler) is job/intake's to say, with better words.
#pragma once

#include <google/protobuf/message.h>

#include "common/result.h"

namespace gotong::rpc {

// invalid_argument names the first field that is too long, its length and the limit.
Result<> check_lengths(const google::protobuf::Message& message);

}  // namespace gotong::rpc
