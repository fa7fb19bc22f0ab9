// No bytes make the PNG walker read past their end, and a receipt that can be taken out can be put
// back. Checksums are made right first: the fuzzer cannot guess them.
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/bytes.h"
#include "common/check.h"
#include "common/png/chunks.h"
#include "common/png/crc32.h"
#include "common/receipt/picture.h"

namespace {

constexpr std::size_t kSignature = 8;

std::string with_right_checksums(std::string file) {
    for (std::size_t at = kSignature; at + gotong::png::kChunkOverhead <= file.size();) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            length = (length << 8U) | static_cast<std::uint8_t>(file[at + i]);
        }
        if (length > file.size() - at - gotong::png::kChunkOverhead) break;
        const std::uint32_t crc =
            gotong::png::crc32(std::string_view(file).substr(at + 4, length + 4));
        for (std::size_t i = 0; i < 4; ++i) {
            file[at + 8 + length + i] = static_cast<char>((crc >> (24 - 8 * i)) & 0xffU);
        }
        at += length + gotong::png::kChunkOverhead;
    }
    return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string file =
        with_right_checksums("\x89PNG\r\n\x1a\n" + std::string(gotong::as_text({data, size})));
    const auto parts = gotong::receipt::take_receipt(file);
    if (!parts) return 0;
    const auto again = gotong::receipt::put_receipt(parts->blob, parts->receipt);
    gotong::check(again && *again == file, "out and in again is the same picture");
    return 0;
}
