#include "worker/engine/encode/text_stack.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace gotong::engine {
namespace {

Failure mismatch(const std::string& what) { return fail(ErrorCode::invalid_argument, what); }

Result<> check_reader(const TextReader& reader) {
    const ClipTextConfig& encoder = reader.config;
    if (reader.tokenizer.max_length() > encoder.positions) {
        return mismatch(reader.tokenizer_part + "/tokenizer_config.json: \"model_max_length\" " +
                        "exceeds " + reader.encoder_part +
                        "/config.json's \"max_position_embeddings\"");
    }
    if (reader.tokenizer.highest_id() >= encoder.vocabulary) {
        return mismatch(reader.tokenizer_part + ": ids reach beyond " + reader.encoder_part +
                        "/config.json's \"vocab_size\"");
    }
    return {};
}

}  // namespace

Result<> TextStack::check() const {
    for (const TextReader& reader : readers_) {
        if (const auto ok = check_reader(reader); !ok) return ok;
        if (reader.tokenizer.max_length() != readers_.front().tokenizer.max_length()) {
            return mismatch(reader.tokenizer_part + "/tokenizer_config.json: " +
                            "\"model_max_length\" differs from that of " +
                            readers_.front().tokenizer_part);
        }
    }
    return {};
}

Result<> TextStack::load() {
    for (TextReader& reader : readers_) {
        if (reader.encoder) continue;
        auto encoder = reader.load();
        if (!encoder) return Failure{encoder.error()};
        reader.encoder.emplace(*std::move(encoder));
    }
    return {};
}

bool TextStack::put_away() {
    bool any = false;
    for (TextReader& reader : readers_) {
        any = any || reader.encoder;
        reader.encoder.reset();
    }
    return any;
}

Result<ReadText> TextStack::read(const std::string& text) {
    const auto known = std::find_if(newest_first_.begin(), newest_first_.end(),
                                    [&](const auto& it) { return it.first == text; });
    if (known != newest_first_.end()) {
        newest_first_.splice(newest_first_.begin(), newest_first_, known);
        return newest_first_.front().second;
    }
    auto read = encode(text);
    if (!read) return read;
    if (newest_first_.size() == kRemembered) newest_first_.pop_back();
    newest_first_.emplace_front(text, *read);
    return read;
}

Result<ReadText> TextStack::encode(const std::string& text) {
    if (const auto loaded = load(); !loaded) return Failure{loaded.error()};
    ++encoded_;
    ReadText all;
    std::vector<at::Tensor> contexts;
    for (TextReader& reader : readers_) {
        auto ids = reader.tokenizer.encode(text);
        if (!ids) return Failure{ids.error()};
        const EncodedText encoded = (*reader.encoder)(*ids);
        contexts.push_back(encoded.tokens);
        if (encoded.whole.defined()) all.pooled = encoded.whole;
        all.ids.push_back(*std::move(ids));
    }
    all.context = at::cat(contexts, -1);
    return all;
}

Result<ReadText> TextStack::read_negative(const std::string& text, const ReadText& prompt) {
    if (empty_ == Empty::is_read || !text.empty()) return read(text);
    return ReadText{{},
                    at::zeros_like(prompt.context),
                    prompt.pooled.defined() ? at::zeros_like(prompt.pooled) : at::Tensor{}};
}

std::int64_t TextStack::context_width() const {
    std::int64_t width = 0;
    for (const TextReader& reader : readers_) width += reader.config.width;
    return width;
}

std::int64_t TextStack::pooled_width() const {
    const TextReader& last = readers_.back();
    return last.role.has_projection ? last.config.projection_width : 0;
}

}  // namespace gotong::engine
