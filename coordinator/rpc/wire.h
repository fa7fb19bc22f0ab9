// Bytes <-> messages, with words for what gRPC itself would refuse without any.
//
// gRPC answers a message that it cannot parse with UNIMPLEMENTED and no text, and a prompt that is
// not UTF-8 is such a message. So unary calls take the raw bytes, and parse() says what is wrong.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "common/result.h"

namespace gotong::rpc {

// Makes protobuf's complaints available to parse() instead of standard error. Once, before the
// first parse().
void catch_parse_errors();

// Parses, then checks every length (field_limits.h). invalid_argument names the field at fault.
Result<> parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);

grpc::ByteBuffer to_bytes(const google::protobuf::Message& message);

}  // namespace gotong::rpc
