#include "coordinator/rpc/wire.h"

#include <google/protobuf/stubs/logging.h>
#include <grpcpp/support/slice.h>

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/rpc/field_limits.h"

namespace gotong::rpc {
namespace {

// Protobuf tells which string was not UTF-8 in its log only.
thread_local std::string t_complaint;

void keep_complaint(google::protobuf::LogLevel /*level*/, const char* /*file*/, int /*line*/,
                    const std::string& message) {
    t_complaint = message;
}

// "String field 'gotong.v1.RenderSpec.prompt' contains invalid UTF-8 data ..." -> "prompt"
std::string field_at_fault() {
    constexpr std::string_view mark = "String field '";
    const auto start = t_complaint.find(mark);
    if (start == std::string::npos) return {};
    const auto end = t_complaint.find('\'', start + mark.size());
    const auto dot = t_complaint.rfind('.', end);
    if (end == std::string::npos || dot == std::string::npos || dot < start) return {};
    return t_complaint.substr(dot + 1, end - dot - 1);
}

bool read_all(const grpc::ByteBuffer& bytes, std::string& text) {
    std::vector<grpc::Slice> slices;
    if (!bytes.Dump(&slices).ok()) return false;
    for (const grpc::Slice& slice : slices) {
        text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return true;
}

}  // namespace

void catch_parse_errors() { google::protobuf::SetLogHandler(&keep_complaint); }

Result<> parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
    t_complaint.clear();
    std::string text;
    if (read_all(bytes, text) && message.ParseFromString(text)) return check_lengths(message);
    const std::string field = field_at_fault();
    if (field.empty()) {
        return fail(ErrorCode::invalid_argument,
                    "the request is not a " + message.GetTypeName() + " message");
    }
    return fail(ErrorCode::invalid_argument,
                field + " is not valid UTF-8; send text in that encoding", field);
}

grpc::ByteBuffer to_bytes(const google::protobuf::Message& message) {
    const grpc::Slice slice(message.SerializeAsString());
    return {&slice, 1};
}

}  // namespace gotong::rpc
