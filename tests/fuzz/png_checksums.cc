#include "tests/fuzz/png_checksums.h"

#include <cstddef>
#include <cstdint>

#include "common/png/chunks.h"
#include "common/png/crc32.h"

namespace gotong::fuzz {
namespace {

constexpr std::size_t kSignature = 8;

}  // namespace

std::string as_png(ByteView chunks) {
    std::string file = "\x89PNG\r\n\x1a\n" + std::string(as_text(chunks));
    for (std::size_t at = kSignature; at + png::kChunkOverhead <= file.size();) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            length = (length << 8U) | static_cast<std::uint8_t>(file[at + i]);
        }
        if (length > file.size() - at - png::kChunkOverhead) break;
        const std::uint32_t crc = png::crc32(std::string_view(file).substr(at + 4, length + 4));
        for (std::size_t i = 0; i < 4; ++i) {
            file[at + 8 + length + i] = static_cast<char>((crc >> (24 - 8 * i)) & 0xffU);
        }
        at += length + png::kChunkOverhead;
    }
    return file;
}

}  // namespace gotong::fuzz
