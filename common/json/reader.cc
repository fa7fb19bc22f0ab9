#include "common/json/reader.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "common/text/printable.h"
#include "common/text/rfc3339.h"

namespace gotong::json {
namespace {

using Kind = nlohmann::json::value_t;

const nlohmann::json kNothing = nlohmann::json::object();

// Digits, then perhaps a point and more digits: no exponent, no sign but a leading minus.
bool is_plain_decimal(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const std::size_t whole = std::min(text.find_first_not_of("0123456789"), text.size());
    if (whole == 0 || (whole > 1 && text[0] == '0')) return false;
    if (whole == text.size()) return true;
    const std::string_view fraction = text.substr(whole + 1);
    return text[whole] == '.' && !fraction.empty() &&
           fraction.find_first_not_of("0123456789") == std::string_view::npos;
}

template <class Number>
bool reads_whole(const std::string& text, Number& number) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end;
}

}  // namespace

Reader::Reader(const nlohmann::json& document, std::optional<Error>& wrong)
    : Reader(document, wrong, "") {
    if (!document.is_object()) reject("", "must be an object");
}

Reader::Reader(const nlohmann::json& document, std::optional<Error>& wrong, std::string path)
    : document_(document.is_object() ? &document : &kNothing),
      wrong_(&wrong),
      path_(std::move(path)) {}

std::string Reader::path_of(std::string_view key) const {
    if (path_.empty()) return std::string(key);
    return path_ + "." + std::string(key);
}

void Reader::allow_only(std::span<const char* const> keys) {
    for (const auto& [key, value] : document_->items()) {
        const bool known =
            std::any_of(keys.begin(), keys.end(),
                        [&name = key](const char* allowed) { return name == allowed; });
        if (!known) reject(text::shown(key), "is an unknown key");
    }
}

void Reader::reject(std::string_view key, const std::string& why) {
    if (*wrong_) return;
    const std::string path = path_of(key);
    *wrong_ =
        Error{ErrorCode::invalid_argument, (path.empty() ? "the text" : path) + " " + why, path};
}

bool Reader::has(std::string_view key) const { return document_->contains(key); }

const nlohmann::json* Reader::find(std::string_view key, Kind kind, const char* wanted) {
    if (*wrong_) return nullptr;
    const auto found = document_->find(key);
    if (found != document_->end() && found->type() == kind) return &*found;
    reject(key, (found == document_->end() ? "is missing; it must be " : "must be ") +
                    std::string(wanted));
    return nullptr;
}

Reader Reader::object(std::string_view key) {
    const nlohmann::json* found = find(key, Kind::object, "an object");
    return {found ? *found : kNothing, *wrong_, path_of(key)};
}

std::vector<Reader> Reader::objects(std::string_view key, std::size_t at_most) {
    std::vector<Reader> readers;
    const nlohmann::json* found = find(key, Kind::array, "a list of objects");
    if (!found) return readers;
    if (found->size() > at_most) reject(key, "may hold at most " + std::to_string(at_most));
    for (const nlohmann::json& element : *found) {
        const std::string path = path_of(key) + "[" + std::to_string(readers.size()) + "]";
        if (!element.is_object()) reject(key, "must hold objects only");
        readers.push_back(Reader(element, *wrong_, path));
    }
    return readers;
}

std::vector<std::string> Reader::texts(std::string_view key, std::size_t at_most) {
    std::vector<std::string> texts;
    const nlohmann::json* found = find(key, Kind::array, "a list of strings");
    if (!found) return texts;
    if (found->size() > at_most) reject(key, "may hold at most " + std::to_string(at_most));
    for (const nlohmann::json& element : *found) {
        if (!element.is_string()) reject(key, "must hold strings only");
        if (element.is_string()) texts.push_back(element.get<std::string>());
    }
    return texts;
}

std::string Reader::text(std::string_view key) {
    const nlohmann::json* found = find(key, Kind::string, "a string");
    return found ? found->get<std::string>() : std::string();
}

std::uint32_t Reader::u32(std::string_view key) {
    const nlohmann::json* found = find(key, Kind::number_unsigned, "a whole number");
    if (!found) return 0;
    const auto number = found->get<std::uint64_t>();
    if (number > std::numeric_limits<std::uint32_t>::max()) {
        reject(key, "must be at most 4294967295");
        return 0;
    }
    return static_cast<std::uint32_t>(number);
}

std::uint64_t Reader::u64_text(std::string_view key) {
    const std::string digits = text(key);
    std::uint64_t number = 0;
    if (!reads_whole(digits, number) || std::to_string(number) != digits) {
        reject(key, "must be a whole number in a string, from 0 to 18446744073709551615");
    }
    return number;
}

double Reader::decimal_text(std::string_view key) {
    const std::string decimal = text(key);
    double number = 0.0;
    if (!is_plain_decimal(decimal) || !reads_whole(decimal, number)) {
        reject(key, "must be a decimal in a string, like \"7.5\"");
    }
    return number;
}

Digest Reader::digest(std::string_view key) {
    Result<Digest> digest = crypto::digest_from_hex(text(key));
    if (!digest) reject(key, "must be the 64 hexadecimal digits of a SHA-256");
    return digest.value_or(Digest{});
}

WallTime Reader::time(std::string_view key) {
    Result<WallTime> time = text::from_rfc3339(text(key));
    if (!time) reject(key, time.error().message);
    return time.value_or(WallTime{});
}

}  // namespace gotong::json
