#include "coordinator/rpc/field_limits.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gotong::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Names, ids, reasons, tokens, keys, digests: nothing honest comes near.
constexpr std::size_t kText = 1'024;
// Leases, files, jobs.
constexpr std::size_t kList = 1'024;

std::size_t limit_of(const FieldDescriptor& field) {
    static const std::map<std::string, std::size_t, std::less<>> limits{
        {"gotong.v1.RenderSpec.prompt", 64 << 10},  // Intake has the real limit, and says it.
        {"gotong.v1.RenderSpec.negative_prompt", 64 << 10},
        {"gotong.v1.Envelope.payload", 32 << 10},  // As receipt/dsse.
        {"gotong.v1.Envelope.signatures", 4},      // As receipt/dsse.
        {"gotong.v1.Progress.preview_png", 64 << 10},
        {"gotong.v1.Model.files", 4'096},  // Sharded weights of the largest families.
        {"gotong.v1.Model.licence", 16 << 10},
        {"gotong.v1.LatentToRgb.matrix", 3 * 512},  // Latent channels of any model so far: 128.
    };
    const auto found = limits.find(field.full_name());
    if (found != limits.end()) return found->second;
    return field.is_repeated() ? kList : kText;
}

Failure too_long(const FieldDescriptor& field, std::size_t length, std::size_t limit) {
    const std::string unit = field.is_repeated() ? " entries" : " bytes";
    return fail(ErrorCode::invalid_argument,
                field.name() + " has " + std::to_string(length) + unit + "; at most " +
                    std::to_string(limit) + " are taken",
                field.name());
}

std::size_t length_of(const Message& message, const FieldDescriptor& field) {
    const auto* reflection = message.GetReflection();
    if (field.is_repeated()) {
        return static_cast<std::size_t>(reflection->FieldSize(message, &field));
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return 0;
    std::string scratch;
    return reflection->GetStringReference(message, &field, &scratch).size();
}

Result<> check_entries(const Message& message, const FieldDescriptor& field) {
    const auto* reflection = message.GetReflection();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
            std::string scratch;
            const std::size_t length =
                reflection->GetRepeatedStringReference(message, &field, i, &scratch).size();
            if (length > kText) {
                return fail(ErrorCode::invalid_argument,
                            "an entry of " + field.name() + " is longer than " +
                                std::to_string(kText) + " bytes",
                            field.name());
            }
        }
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return {};
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
        if (auto checked = check_lengths(reflection->GetRepeatedMessage(message, &field, i));
            !checked) {
            return checked;
        }
    }
    return {};
}

Result<> check_field(const Message& message, const FieldDescriptor& field) {
    const std::size_t length = length_of(message, field);
    const std::size_t limit = limit_of(field);
    if (length > limit) return too_long(field, length, limit);
    if (field.is_repeated()) return check_entries(message, field);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return {};
    return check_lengths(message.GetReflection()->GetMessage(message, &field));
}

}  // namespace

// Recursion ends: no message of ours contains its own kind.
Result<> check_lengths(const Message& message) {
    std::vector<const FieldDescriptor*> present;
    message.GetReflection()->ListFields(message, &present);
    for (const FieldDescriptor* field : present) {
        if (auto checked = check_field(message, *field); !checked) return checked;
    }
    return {};
}

}  // namespace gotong::rpc
