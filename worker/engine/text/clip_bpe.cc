#include "worker/engine/text/clip_bpe.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "worker/engine/text/bpe.h"
#include "worker/engine/text/unicode.h"

namespace gotong::engine {
namespace {

// Special tokens by their spelling; the longest that fits is taken.
using SpecialMap = std::map<std::u32string, TokenId>;

// Finds them one after another; each is looked for in each place of the text once.
class Finder {
  public:
    struct Found {
        std::size_t at = 0;
        std::u32string_view spelling;
        TokenId id = 0;
    };

    Finder(const SpecialMap& specials, std::u32string_view text) : text_(text) {
        for (const auto& [spelling, id] : specials) next_.push_back({0, spelling, id});
        for (Found& found : next_) found.at = text_.find(found.spelling);
    }

    // The first that begins at `from` or later; `from` only grows. Its `at` is npos: none.
    Found first(std::size_t from) {
        Found first{std::u32string_view::npos, {}, 0};
        for (Found& found : next_) {
            if (found.at < from) found.at = text_.find(found.spelling, from);
            if (std::pair{found.at, first.spelling.size()} <
                std::pair{first.at, found.spelling.size()})
                first = found;
        }
        return first;
    }

  private:
    std::u32string_view text_;
    std::vector<Found> next_;  // Of each special token.
};

// Calls on_text(piece) and on_special(id) for what lies between the special tokens and for them.
template <class OnText, class OnSpecial>
Result<> split(const SpecialMap& specials, std::u32string_view text, OnText on_text,
               OnSpecial on_special) {
    Finder finder(specials, text);
    for (std::size_t from = 0;;) {
        const auto found = finder.first(from);
        const auto piece = text.substr(from, found.at - from);
        if (!piece.empty())
            if (const auto done = on_text(piece); !done) return done;
        if (found.at == std::u32string_view::npos) return {};
        on_special(found.id);
        from = found.at + found.spelling.size();
    }
}

std::size_t run_length(std::u32string_view text, CharClass kind) {
    const auto end =
        std::find_if(text.begin(), text.end(), [kind](char32_t c) { return classify(c) != kind; });
    return static_cast<std::size_t>(end - text.begin());
}

// The length of the next word of normalised text that does not begin with a space.
std::size_t word_length(std::u32string_view text) {
    // A literal special token that was not recognised as one (written in capitals, say) still is
    // cut off from what follows it: "<|", its name, "|>".
    static constexpr std::u32string_view kLiterals[] = {U"<|startoftext|>", U"<|endoftext|>"};
    static constexpr std::u32string_view kContractions[] = {U"'s", U"'t",  U"'re", U"'ve",
                                                            U"'m", U"'ll", U"'d"};
    for (const auto literal : kLiterals)
        if (text.starts_with(literal)) return literal.size();
    for (const auto contraction : kContractions)
        if (text.starts_with(contraction)) return contraction.size();
    const CharClass kind = classify(text.front());
    return kind == CharClass::number ? 1 : run_length(text, kind);
}

}  // namespace

struct ClipTokenizer::Tables {
    Bpe bpe;
    SpecialMap raw_specials;         // Looked for in the text as it came.
    SpecialMap normalised_specials;  // Looked for after normalisation.
    TokenId bos = 0;
    TokenId eos = 0;
    TokenId pad = 0;
    TokenId highest = 0;
    int max_length = 0;

    void append_word(std::vector<TokenId>& ids, std::u32string_view word) const {
        std::string bytes;
        for (const char32_t c : word) append_utf8(bytes, c);
        bpe.append_ids(ids, bytes);
    }

    Result<> append_words(std::vector<TokenId>& ids, std::u32string_view text) const {
        while (!text.empty()) {
            if (classify(text.front()) == CharClass::space) {
                text.remove_prefix(1);
                continue;
            }
            std::u32string_view word = text.substr(0, word_length(text));
            text.remove_prefix(word.size());
            constexpr std::size_t kBracket = 2;  // "<|" and "|>" around a literal's name.
            if (word.starts_with(U"<|") && word.ends_with(U"t|>")) {
                append_word(ids, word.substr(0, kBracket));
                append_word(ids, word.substr(kBracket, word.size() - 2 * kBracket));
                word.remove_prefix(word.size() - kBracket);
            }
            append_word(ids, word);
        }
        return {};
    }

    Result<> append_normalised(std::vector<TokenId>& ids, std::u32string_view raw) const {
        const auto text = clip_normalised(raw);
        if (!text) return Failure{text.error()};
        return split(
            normalised_specials, *text,
            [&](std::u32string_view piece) { return append_words(ids, piece); },
            [&](TokenId id) { ids.push_back(id); });
    }
};

ClipTokenizer::ClipTokenizer(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
ClipTokenizer::ClipTokenizer(ClipTokenizer&&) noexcept = default;
ClipTokenizer& ClipTokenizer::operator=(ClipTokenizer&&) noexcept = default;
ClipTokenizer::~ClipTokenizer() = default;

Result<ClipTokenizer> ClipTokenizer::load(const std::filesystem::path& folder) {
    auto files = read_tokenizer_files(folder);
    if (!files) return Failure{files.error()};
    return build(*std::move(files));
}

Result<ClipTokenizer> ClipTokenizer::build(TokenizerFiles files) {
    auto bpe = Bpe::build(files.vocabulary, files.merges, files.unknown);
    if (!bpe) return Failure{bpe.error()};
    auto tables = std::make_unique<Tables>(Tables{*std::move(bpe), {}, {}, 0, 0, 0, 0, 0});
    for (const auto& [token, id] : files.vocabulary)
        tables->highest = std::max(tables->highest, id);

    // Special tokens that the vocabulary lacks are numbered on from its end.
    Vocabulary& ids = files.vocabulary;
    for (const AddedToken& token : files.added) {
        const auto id = ids.try_emplace(token.content, static_cast<TokenId>(ids.size())).first;
        tables->highest = std::max(tables->highest, id->second);
        const auto raw = decode_utf8(token.content);
        const auto normalised = raw ? clip_normalised(*raw) : raw;
        if (!normalised) return Failure{normalised.error().during("special token")};
        if (raw->empty()) return fail(ErrorCode::invalid_argument, "a special token is empty");
        tables->raw_specials.erase(*raw);
        tables->normalised_specials.erase(*normalised);
        (token.normalized ? tables->normalised_specials[*normalised] : tables->raw_specials[*raw]) =
            id->second;
    }
    tables->bos = ids.at(files.bos);
    tables->eos = ids.at(files.eos);
    tables->pad = ids.at(files.pad);
    tables->max_length = files.max_length;
    return ClipTokenizer{std::move(tables)};
}

Result<std::vector<std::int64_t>> ClipTokenizer::ids(std::string_view text) const {
    const auto raw = decode_utf8(text);
    if (!raw) return Failure{raw.error()};
    std::vector<TokenId> ids{tables_->bos};
    const auto done = split(
        tables_->raw_specials, *raw,
        [&](std::u32string_view piece) { return tables_->append_normalised(ids, piece); },
        [&](TokenId id) { ids.push_back(id); });
    if (!done) return Failure{done.error()};
    ids.push_back(tables_->eos);
    return ids;
}

Result<std::vector<std::int64_t>> ClipTokenizer::encode(std::string_view text) const {
    auto all = ids(text);
    if (!all) return all;
    const auto length = static_cast<std::size_t>(tables_->max_length);
    if (all->size() > length) all->at(length - 1) = tables_->eos;
    all->resize(length, tables_->pad);
    return all;
}

int ClipTokenizer::max_length() const { return tables_->max_length; }
std::int64_t ClipTokenizer::highest_id() const { return tables_->highest; }

}  // namespace gotong::engine
