// The tokenizer on a small vocabulary whose merges can be followed by hand, and on broken files.
// That ids equal the reference's on any text is tests/parity/test_tokens.py's affair.
#include "worker/engine/text/clip_bpe.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace gotong::engine {
namespace {

using Ids = std::vector<std::int64_t>;

constexpr const char* kVocabulary =
    R"({"l": 0, "o": 1, "w": 2, "e": 3, "r": 4, "w</w>": 5, "r</w>": 6, "lo": 7, "low</w>": 8,
        "er</w>": 9, "low": 10, "<|startoftext|>": 11, "<|endoftext|>": 12})";
constexpr const char* kMerges = "#version: 0.2\nl o\nlo w</w>\nlo w\ne r</w>\n";
constexpr const char* kConfig = R"({"model_max_length": 8})";

class Folder {
  public:
    Folder() {
        write("vocab.json", kVocabulary);
        write("merges.txt", kMerges);
        write("tokenizer_config.json", kConfig);
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(dir_ / name) << text;
    }
    void remove(const std::string& name) const { std::filesystem::remove(dir_ / name); }
    Result<ClipTokenizer> load() const { return ClipTokenizer::load(dir_.path()); }

  private:
    test::TempDir dir_;
};

TEST_CASE("pairs are merged in the order of the merge list") {
    const auto tokenizer = Folder{}.load();
    REQUIRE(tokenizer);
    CHECK(tokenizer->ids("low") == Ids{11, 8, 12});
    CHECK(tokenizer->ids("LOWER low") == Ids{11, 10, 9, 8, 12});
    CHECK(tokenizer->ids("lolo") == Ids{11, 7, 0, 12, 12});  // "o</w>" is unknown, hence 12.
    CHECK(tokenizer->ids("") == Ids{11, 12});
    CHECK(tokenizer->ids("  \t") == Ids{11, 12});
}

TEST_CASE("special tokens in the text are themselves") {
    const auto tokenizer = Folder{}.load();
    REQUIRE(tokenizer);
    CHECK(tokenizer->ids("low<|endoftext|>low") == Ids{11, 8, 12, 8, 12});
}

TEST_CASE("texts are padded, and cut with the end kept") {
    const auto tokenizer = Folder{}.load();
    REQUIRE(tokenizer);
    CHECK(tokenizer->max_length() == 8);
    CHECK(tokenizer->encode("low") == Ids{11, 8, 12, 12, 12, 12, 12, 12});
    CHECK(tokenizer->encode("low low low low low low low") == Ids{11, 8, 8, 8, 8, 8, 8, 12});
    CHECK(tokenizer->encode("low low low low low low") == Ids{11, 8, 8, 8, 8, 8, 8, 12});
}

TEST_CASE("another pad token pads, and special tokens beyond the vocabulary get new ids") {
    const Folder folder;
    folder.write("tokenizer_config.json", R"({"model_max_length": 5, "pad_token": "<pad>"})");
    const auto tokenizer = folder.load();
    REQUIRE(tokenizer);
    CHECK(tokenizer->highest_id() == 13);
    CHECK(tokenizer->encode("low") == Ids{11, 8, 12, 13, 13});
}

TEST_CASE("one file, tokenizer.json, says the same as two") {
    const Folder folder;
    folder.remove("vocab.json");
    folder.remove("merges.txt");
    folder.write("tokenizer.json", R"({"normalizer": {"type": "Sequence", "normalizers": [
        {"type": "NFC"}, {"type": "Replace"}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split"}, {"type": "ByteLevel"}]}, "post_processor": {"type": "RobertaProcessing"},
        "added_tokens": [], "model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": )" +
                                       std::string(kVocabulary) +
                                       R"(, "merges": ["l o", ["lo", "w</w>"], "lo w"]}})");
    const auto tokenizer = folder.load();
    REQUIRE(tokenizer);
    CHECK(tokenizer->ids("low") == Ids{11, 8, 12});
}

TEST_CASE("another kind of tokenizer is refused by name") {
    const Folder folder;
    folder.write("tokenizer.json", R"({"normalizer": {"type": "BertNormalizer"},
        "model": {"type": "BPE", "end_of_word_suffix": "</w>"}})");
    const auto tokenizer = folder.load();
    REQUIRE_FALSE(tokenizer);
    CHECK(tokenizer.error().code == ErrorCode::unimplemented);
    CHECK(tokenizer.error().message.find("BertNormalizer") != std::string::npos);
}

TEST_CASE("a special token that takes white space with it is refused") {
    const Folder folder;
    folder.write("special_tokens_map.json",
                 R"({"pad_token": {"content": "<pad>", "lstrip": true, "normalized": false}})");
    CHECK(folder.load().error().code == ErrorCode::unimplemented);
}

TEST_CASE("broken files are named") {
    const struct {
        const char* file;
        const char* text;
        const char* said;
    } cases[] = {
        {"vocab.json", R"(["l"])", "vocab.json"},
        {"vocab.json", R"({"l": -1})", "vocab.json"},
        {"vocab.json", R"({"l": "0"})", "vocab.json"},
        {"vocab.json", "{", "vocab.json"},
        {"merges.txt", "l o w\n", "merges.txt"},
        {"merges.txt", "lo\n", "merges.txt"},
        {"merges.txt", "l x\n", "\"x\""},
        {"tokenizer_config.json", R"({})", "model_max_length"},
        {"tokenizer_config.json", R"({"model_max_length": 1e30})", "model_max_length"},
        {"tokenizer_config.json", R"({"model_max_length": 8, "unk_token": "<unk>"})", "<unk>"},
        {"tokenizer_config.json", R"({"model_max_length": 8, "added_tokens_decoder": {"x": "a"}})",
         "added_tokens_decoder"},
        {"tokenizer_config.json", R"({"model_max_length": 8, "pad_token": 7})", "special token"},
    };
    for (const auto& [file, text, said] : cases) {
        CAPTURE(file, text);
        const Folder folder;
        folder.write(file, text);
        const auto tokenizer = folder.load();
        REQUIRE_FALSE(tokenizer);
        CHECK(tokenizer.error().code == ErrorCode::invalid_argument);
        CHECK(tokenizer.error().message.find(said) != std::string::npos);
    }
}

TEST_CASE("a missing file is named") {
    for (const char* file : {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
        const Folder folder;
        folder.remove(file);
        const auto tokenizer = folder.load();
        REQUIRE_FALSE(tokenizer);
        CHECK(tokenizer.error().code == ErrorCode::not_found);
        CHECK(tokenizer.error().message.find(file) != std::string::npos);
    }
}

}  // namespace
}  // namespace gotong::engine
