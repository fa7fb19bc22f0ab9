#include "common/crypto/base64.h"

#include <sodium.h>

namespace gotong::crypto {
namespace {

std::string encode(ByteView bytes, int variant) {
    // sodium writes a final zero, for which std::string keeps a byte after its end.
    std::string text(sodium_base64_encoded_len(bytes.size(), variant) - 1, '\0');
    sodium_bin2base64(text.data(), text.size() + 1, bytes.data(), bytes.size(), variant);
    return text;
}

Result<std::string> decode(std::string_view text, int variant) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    auto* out = reinterpret_cast<unsigned char*>(bytes.data());
    const int failed = sodium_base642bin(out, bytes.size(), text.data(), text.size(), nullptr,
                                         &size, nullptr, variant);
    if (failed != 0) return fail(ErrorCode::invalid_argument, "not strict base64");
    bytes.resize(size);
    return bytes;
}

}  // namespace

std::string base64_encode(ByteView bytes) { return encode(bytes, sodium_base64_VARIANT_ORIGINAL); }
Result<std::string> base64_decode(std::string_view text) {
    return decode(text, sodium_base64_VARIANT_ORIGINAL);
}
std::string base64url_encode(ByteView bytes) {
    return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
Result<std::string> base64url_decode(std::string_view text) {
    return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

}  // namespace gotong::crypto
