#include "common/json/strict.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/text/printable.h"

namespace gotong::json {
namespace {

// Sees every event of a text before anything is built from it. Returning false stops the parser.
class Rules final : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit Rules(const Limits& limits) : limits_(limits) {}

    const std::string& broken() const { return broken_; }

    bool null() override { return count(); }
    bool boolean(bool) override { return count(); }
    bool number_integer(number_integer_t) override { return count(); }
    bool number_unsigned(number_unsigned_t) override { return count(); }
    bool number_float(number_float_t, const string_t&) override { return count(); }
    bool string(string_t&) override { return count(); }
    bool binary(binary_t&) override { return count(); }

    bool start_object(std::size_t) override { return enter(); }
    bool start_array(std::size_t) override { return enter(); }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }

    bool key(string_t& key) override {
        if (keys_.back().insert(key).second) return true;
        broken_ = "the key \"" + text::shown(key) + "\" appears twice";
        return false;
    }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override {
        broken_ = "not JSON at byte " + std::to_string(position);
        return false;
    }

  private:
    bool count() {
        if (++values_ <= limits_.values) return true;
        broken_ = "more than " + std::to_string(limits_.values) + " values";
        return false;
    }
    bool enter() {
        keys_.emplace_back();
        if (keys_.size() <= limits_.depth) return count();
        broken_ = "nested deeper than " + std::to_string(limits_.depth) + " levels";
        return false;
    }
    bool leave() {
        keys_.pop_back();
        return true;
    }

    Limits limits_;
    std::size_t values_ = 0;
    std::vector<std::set<std::string>> keys_;  // Of each open object; arrays hold an empty set.
    std::string broken_;
};

}  // namespace

Result<nlohmann::json> parse_strict(std::string_view text, Limits limits) {
    if (text.size() > limits.bytes) {
        return fail(ErrorCode::invalid_argument, "JSON of " + std::to_string(text.size()) +
                                                     " bytes, more than " +
                                                     std::to_string(limits.bytes));
    }
    // nlohmann-json takes a zero byte for the end of its input and would skip all that follows.
    if (text.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::invalid_argument, "not JSON: it holds a zero byte");
    }
    // It would also skip a byte order mark, which RFC 8259 forbids to send.
    if (text.starts_with("\xef\xbb\xbf")) {
        return fail(ErrorCode::invalid_argument, "not JSON: it begins with a byte order mark");
    }
    Rules rules(limits);
    if (!nlohmann::json::sax_parse(text, &rules)) {
        return fail(ErrorCode::invalid_argument, rules.broken());
    }
    return nlohmann::json::parse(text);  // Cannot throw: the same parser has just accepted it.
}

}  // namespace gotong::json
