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

// The rule itself: the earliest merge in the list, leftmost first, until none applies.
TEST_CASE("long words are merged as the rule says, pair by pair") {
    const Folder folder;
    folder.write("vocab.json",
                 R"({"a": 0, "b": 1, "a</w>": 2, "b</w>": 3, "aa": 4, "ab": 5, "aaab": 6,
        "ba": 7, "aab</w>": 8, "<|startoftext|>": 10, "<|endoftext|>": 11})");
    folder.write("merges.txt", "a b\na a\naa ab\nb a\naa b</w>\n");
    const auto tokenizer = folder.load();
    REQUIRE(tokenizer);
    CHECK(tokenizer->ids("aaaa") == Ids{10, 4, 0, 2, 11});
    CHECK(tokenizer->ids("aaab") == Ids{10, 4, 0, 3, 11});  // "a b" does not fit "b</w>".
    CHECK(tokenizer->ids("aab") == Ids{10, 8, 11});
    CHECK(tokenizer->ids("aaaba") == Ids{10, 6, 2, 11});
    CHECK(tokenizer->ids("bbaabb") == Ids{10, 1, 7, 5, 3, 11});
    Ids many{10};
    for (int i = 0; i < 25'000; ++i) many.push_back(6);
    many.insert(many.end(), {2, 11});
    std::string word;
    for (int i = 0; i < 25'000; ++i) word += "aaab";
    CHECK(tokenizer->ids(word + "a") == many);
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

// A tokenizer.json that says the same as the two files, and has these added tokens.
std::string one_file(const std::string& added) {
    return R"({"normalizer": {"type": "Sequence", "normalizers": [
        {"type": "NFC"}, {"type": "Replace"}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split"}, {"type": "ByteLevel"}]}, "post_processor": {"type": "RobertaProcessing"},
        "model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": )" +
           std::string(kVocabulary) +
           R"(, "merges": ["l o", ["lo", "w</w>"], "lo w"]}, "added_tokens": )" + added + "}";
}

TEST_CASE("one file, tokenizer.json, says the same as two") {
    const Folder folder;
    folder.remove("vocab.json");
    folder.remove("merges.txt");
    folder.write("tokenizer.json", one_file("[]"));
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
        {"vocab.json", R"({"l": 18446744073709551615})", "no id from 0 to"},  // -1 in 63 bits.
        {"vocab.json", R"({"l": 0, "l": 1})", "vocab.json: the key \"l\" appears twice"},
        {"vocab.json", R"({"l": [[[[[[[[[0]]]]]]]]]})", "vocab.json: nested deeper"},
        {"added_tokens.json", R"({"<cat>": 16777217})", "\"<cat>\" has no id"},
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

TEST_CASE("an added token of another kind than an object with an id is refused, not followed") {
    for (const char* added : {"[7]", "[[]]", "[\"<cat>\"]", R"([{"content": "<cat>"}])",
                              R"([{"id": -1, "content": "<cat>"}])", "{\"x\": 1}"}) {
        INFO(added);
        const Folder folder;
        folder.write("tokenizer.json", one_file(added));
        CHECK(folder.load().error().message ==
              "tokenizer.json: added_tokens has an entry without id");
    }
    const Folder folder;
    folder.write("tokenizer.json", one_file(R"([{"id": 1, "content": "o", "special": "yes"}])"));
    CHECK(folder.load());
    folder.write("tokenizer.json", R"({"model": {"type": 7}})");
    CHECK(folder.load().error().code == ErrorCode::unimplemented);
}

TEST_CASE("a thousand added tokens are enough") {
    const auto folder_with = [](int count) {
        std::string added = "{";
        for (int i = 0; i < count; ++i)
            added +=
                (i == 0 ? "\"<" : ", \"<") + std::to_string(i) + ">\": " + std::to_string(13 + i);
        Folder folder;
        folder.write("added_tokens.json", added + "}");
        return folder.load();
    };
    CHECK(folder_with(1000)->ids("<999>") == Ids{11, 1012, 12});
    CHECK(folder_with(1001).error().message.find("more than 1000 tokens") != std::string::npos);
}

TEST_CASE("a stranger's word is shown in one line, however long it is") {
    const std::string word(100'000, 'x');
    for (const auto& [file, text] :
         {std::pair<std::string, std::string>{"vocab.json", "{\"" + word + "\": -1}"},
          {"merges.txt", word},
          {"merges.txt", "l " + word},
          {"tokenizer_config.json", R"({"model_max_length": 8, "unk_token": ")" + word + "\"}"},
          {"tokenizer.json", R"({"model": {"type": ")" + word + "\"}}"}}) {
        INFO(file);
        const Folder folder;
        folder.write(file, text);
        const auto tokenizer = folder.load();
        REQUIRE_FALSE(tokenizer);
        CHECK(tokenizer.error().message.size() < 200);
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
