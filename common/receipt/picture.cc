#include "common/receipt/picture.h"

#include <algorithm>
#include <vector>

#include "common/png/chunks.h"
#include "common/png/text_chunk.h"

namespace gotong::receipt {
namespace {

bool is_receipt(const png::Chunk& chunk) { return png::keyword_of(chunk) == kReceiptKeyword; }

}  // namespace

Result<std::string> put_receipt(std::string_view blob, std::string_view bundle_text) {
    const Result<std::vector<png::Chunk>> chunks = png::walk(blob);
    if (!chunks) return Failure{chunks.error()};
    if (std::any_of(chunks->begin(), chunks->end(), is_receipt)) {
        return fail(ErrorCode::already_exists, "the picture already holds a receipt");
    }
    const Result<std::string> chunk = png::make_text_chunk({kReceiptKeyword, bundle_text});
    if (!chunk) return Failure{chunk.error()};
    std::string picture(blob);
    picture.insert(chunks->back().offset, *chunk);
    return picture;
}

Result<Separated> take_receipt(std::string_view picture) {
    const Result<std::vector<png::Chunk>> chunks = png::walk(picture);
    if (!chunks) return Failure{chunks.error()};
    const auto count = std::count_if(chunks->begin(), chunks->end(), is_receipt);
    if (count == 0) return fail(ErrorCode::not_found, "the picture holds no receipt");
    // walk() has seen IHDR, IDAT and IEND at least.
    const png::Chunk& last = chunks->at(chunks->size() - 2);
    const auto text = png::plain_text_of(last);
    if (count != 1 || !is_receipt(last) || !text) {
        return fail(ErrorCode::data_loss,
                    "the receipt does not stand as one plain text directly before the picture's "
                    "end");
    }
    Separated parts{std::string(picture), std::string(text->text)};
    parts.blob.erase(last.offset, last.end() - last.offset);
    return parts;
}

}  // namespace gotong::receipt
