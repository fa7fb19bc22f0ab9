#include "common/png/chunks.h"

#include <algorithm>

#include "common/check.h"
#include "common/png/crc32.h"

namespace gotong::png {
namespace {

constexpr std::string_view kSignature{"\x89PNG\r\n\x1a\n", 8};
constexpr std::size_t kMaxData = 0x7fffffffU;
constexpr std::size_t kHeaderData = 13;

std::uint32_t big_endian_at(std::string_view bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = (value << 8U) | static_cast<std::uint8_t>(bytes[offset + i]);
    }
    return value;
}

void append_big_endian(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xffU));
    }
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }

// Four letters, of which the third is upper case in every chunk that PNG has defined so far.
bool is_type(std::string_view type) {
    return std::all_of(type.begin(), type.end(), is_letter) && is_upper(type[2]);
}

Failure refused(std::size_t offset, const std::string& why) {
    return fail(ErrorCode::invalid_argument,
                "not a sound PNG at byte " + std::to_string(offset) + ": " + why);
}

Result<Chunk> chunk_at(std::string_view file, std::size_t offset) {
    if (file.size() - offset < kChunkOverhead) return refused(offset, "the file ends too early");
    const std::size_t size = big_endian_at(file, offset);
    if (size > file.size() - offset - kChunkOverhead) {
        return refused(offset, "a chunk reaches past the end of the file");
    }
    const Chunk chunk{file.substr(offset + 4, 4), file.substr(offset + 8, size), offset};
    if (!is_type(chunk.type)) return refused(offset + 4, "a chunk without a proper type");
    const std::uint32_t crc = crc32(file.substr(offset + 4, size + 4));
    if (crc != big_endian_at(file, offset + 8 + size)) {
        return refused(offset + 8 + size, "a chunk's checksum is wrong");
    }
    return chunk;
}

Result<> require_place(const Chunk& chunk, const std::vector<Chunk>& before, bool data_seen) {
    const bool known = chunk.type == "IHDR" || chunk.type == "PLTE" || chunk.type == "IDAT" ||
                       chunk.type == "IEND";
    if (is_upper(chunk.type[0]) && !known) {
        return refused(chunk.offset, "a critical chunk of unknown type");
    }
    if ((chunk.type == "IHDR") != before.empty()) {
        return refused(chunk.offset, "IHDR must be the first chunk, once");
    }
    if (chunk.type == "IHDR" && chunk.data.size() != kHeaderData) {
        return refused(chunk.offset, "IHDR must hold 13 bytes");
    }
    if (chunk.type == "IDAT" && data_seen && before.back().type != "IDAT") {
        return refused(chunk.offset, "IDAT chunks must stand together");
    }
    if (chunk.type == "IEND" && (!chunk.data.empty() || !data_seen)) {
        return refused(chunk.offset, "IEND must be empty and follow the picture's data");
    }
    return {};
}

}  // namespace

Result<std::vector<Chunk>> walk(std::string_view file) {
    if (file.size() > kMaxFileBytes) {
        return fail(ErrorCode::invalid_argument, "a picture of " + std::to_string(file.size()) +
                                                     " bytes, more than " +
                                                     std::to_string(kMaxFileBytes));
    }
    if (!file.starts_with(kSignature)) return refused(0, "it does not begin as a PNG does");
    std::vector<Chunk> chunks;
    std::size_t offset = kSignature.size();
    bool data_seen = false;
    do {
        const Result<Chunk> chunk = chunk_at(file, offset);
        if (!chunk) return Failure{chunk.error()};
        const Result<> placed = require_place(*chunk, chunks, data_seen);
        if (!placed) return Failure{placed.error()};
        if (chunks.size() == kMaxChunks) return refused(offset, "too many chunks");
        data_seen = data_seen || chunk->type == "IDAT";
        chunks.push_back(*chunk);
        offset = chunk->end();
    } while (chunks.back().type != "IEND");
    if (offset != file.size()) return refused(offset, "there are bytes after IEND");
    return chunks;
}

std::string make_chunk(std::string_view type, std::string_view data) {
    check(type.size() == 4 && data.size() <= kMaxData, "a chunk has four letters and 31-bit size");
    std::string chunk;
    chunk.reserve(data.size() + kChunkOverhead);
    append_big_endian(chunk, static_cast<std::uint32_t>(data.size()));
    chunk.append(type);
    chunk.append(data);
    append_big_endian(chunk, crc32(std::string_view(chunk).substr(4)));
    return chunk;
}

}  // namespace gotong::png
