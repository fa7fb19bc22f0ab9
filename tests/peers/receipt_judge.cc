// Our verifier at the command of a test in another language.
//
//   receipt_judge make FOLDER       valid.png, private.png, encoded.png of one pool, stranger.png
//                                   of another; pool_key holds the first pool's key in base64
//   receipt_judge judge POOL_KEY    a path a line on standard input; on standard output a word a
//                                   line: valid, not_trusted, invalid or unreadable
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "common/crypto/base64.h"
#include "common/crypto/sha256.h"
#include "common/file/file.h"
#include "common/receipt/pixel_digest.h"
#include "common/receipt/verify.h"
#include "tests/support/receipt/sample.h"
#include "worker/image/metadata.h"

namespace gotong {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPicture = 1U << 20U;
constexpr std::uint32_t kWidth = 64;
constexpr std::uint32_t kHeight = 48;

void put(const fs::path& file, const std::string& content) {
    const auto written = file::replace_durable(file, content, file::Access::everyone);
    if (written) return;
    std::fprintf(stderr, "%s\n", written.error().message.c_str());
    std::exit(1);
}

// Pixel (x, y) is (4x, 5y, x + y).
std::vector<std::uint8_t> known_pixels() {
    std::vector<std::uint8_t> rgb;
    for (std::uint32_t y = 0; y < kHeight; ++y) {
        for (std::uint32_t x = 0; x < kWidth; ++x) {
            rgb.insert(rgb.end(),
                       {static_cast<std::uint8_t>(4 * x), static_cast<std::uint8_t>(5 * y),
                        static_cast<std::uint8_t>(x + y)});
        }
    }
    return rgb;
}

// Makes the sample's picture the one that the worker's own encoder writes.
void use_real_encoder(test::SampleReceipt& sample) {
    image::Settings settings;
    settings.prompt = *sample.statement.request.prompt_disclosed;
    settings.model = "emoji";
    const auto rgb = known_pixels();
    sample.blob =
        image::encode_png(kWidth, kHeight, rgb, image::metadata_of(settings, false)).value();
    sample.statement.output.sha256 = crypto::sha256(as_bytes(sample.blob));
    sample.statement.output.pixel_sha256 = receipt::pixel_digest(kWidth, kHeight, rgb);
}

int make(const fs::path& folder) {
    test::SampleReceipt sample;
    put(folder / "valid.png", sample.picture());
    put(folder / "pool_key", crypto::base64_encode(sample.pool_key.public_key().bytes));
    put(folder / "stranger.png", test::SampleReceipt().picture());

    test::SampleReceipt hidden = test::SampleReceipt(test::Prompt::hidden);
    hidden.pool_key = std::move(sample.pool_key);
    hidden.statement.pool.key_id = crypto::key_id(hidden.pool_key.public_key());
    put(folder / "private.png", hidden.picture());

    test::SampleReceipt encoded;
    encoded.pool_key = std::move(hidden.pool_key);
    encoded.statement.pool.key_id = crypto::key_id(encoded.pool_key.public_key());
    use_real_encoder(encoded);
    put(folder / "encoded.png", encoded.picture());
    return 0;
}

const char* word_for(const std::string& path, const std::vector<crypto::PublicKey>& trusted) {
    const auto picture = file::read_small(path, kMaxPicture);
    if (!picture) return "unreadable";
    const auto verdict = receipt::verify_picture(*picture, trusted);
    if (!verdict) return "unreadable";
    if (verdict->outcome == receipt::Outcome::valid) return "valid";
    return verdict->outcome == receipt::Outcome::not_trusted ? "not_trusted" : "invalid";
}

int judge(const std::string& pool_key) {
    const auto bytes = crypto::base64_decode(pool_key);
    const auto key = crypto::checked_public_key(as_bytes(bytes.value_or("")));
    if (!key) return 2;
    for (std::string path; std::getline(std::cin, path);) {
        std::cout << word_for(path, {*key}) << '\n';
    }
    return 0;
}

}  // namespace
}  // namespace gotong

int main(int count, char** words) {
    const std::vector<std::string> arguments(words, words + count);
    if (count == 3 && arguments[1] == "make") return gotong::make(arguments[2]);
    if (count == 3 && arguments[1] == "judge") return gotong::judge(arguments[2]);
    std::fprintf(stderr, "usage: receipt_judge make FOLDER | receipt_judge judge POOL_KEY\n");
    return 2;
}
