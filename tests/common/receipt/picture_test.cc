// The receipt inside the picture: in and out again leaves the very same bytes, and it has one
// place.
#include "common/receipt/picture.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "common/png/chunks.h"
#include "common/png/text_chunk.h"
#include "tests/support/receipt/sample.h"

namespace gotong::receipt {
namespace {

constexpr std::size_t kEndChunk = png::kChunkOverhead;

std::string with_chunk_before_end(const std::string& picture, const std::string& chunk) {
    std::string changed = picture;
    changed.insert(changed.size() - kEndChunk, chunk);
    return changed;
}

TEST_CASE("a receipt goes in and comes out, and the blob is what it was, byte for byte") {
    const test::SampleReceipt sample;
    const std::string picture = put_receipt(sample.blob, "the receipt").value();
    CHECK(png::walk(picture));
    const Separated parts = take_receipt(picture).value();
    CHECK(parts.blob == sample.blob);
    CHECK(parts.receipt == "the receipt");
}

TEST_CASE("a picture without a receipt has none, and one with a receipt takes no second") {
    const test::SampleReceipt sample;
    CHECK(take_receipt(sample.blob).error().code == ErrorCode::not_found);
    CHECK(put_receipt(sample.picture(), "x").error().code == ErrorCode::already_exists);
}

TEST_CASE("what is not a PNG is neither given nor asked for a receipt") {
    CHECK(put_receipt("no picture", "x").error().code == ErrorCode::invalid_argument);
    CHECK(take_receipt("no picture").error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a receipt in any other place, number or form is refused") {
    const test::SampleReceipt sample;
    const std::string chunk = png::make_text_chunk({kReceiptKeyword, "x"}).value();
    const std::string other = png::make_text_chunk({"comment", "x"}).value();
    std::string early = sample.blob;
    early.insert(8 + 25, chunk);  // After IHDR.
    const std::string key(kReceiptKeyword);
    for (const std::string& picture : {
             early,
             with_chunk_before_end(sample.picture(), other),
             with_chunk_before_end(sample.picture(), chunk),
             with_chunk_before_end(sample.blob,
                                   png::make_chunk("tEXt", key + std::string("\0x", 2))),
             with_chunk_before_end(sample.blob,
                                   png::make_chunk("iTXt", key + std::string("\0\0\0en\0\0x", 8))),
         }) {
        CHECK(take_receipt(picture).error().code == ErrorCode::data_loss);
    }
}

}  // namespace
}  // namespace gotong::receipt
