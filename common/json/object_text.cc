#include "common/json/object_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace gotong::json {
namespace {

bool stands_for_itself(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

void ObjectText::begin(std::string_view key) {
    if (text_.size() > 1) text_ += ',';
    text_ += '"';
    text_ += key;
    text_ += "\":";
}

ObjectText& ObjectText::text(std::string_view key, std::string_view value) {
    begin(key);
    if (std::all_of(value.begin(), value.end(), stands_for_itself)) {
        text_ += '"';
        text_ += value;
        text_ += '"';
    } else {
        text_ += nlohmann::json(value).dump();
    }
    return *this;
}

ObjectText& ObjectText::number(std::string_view key, std::uint64_t value) {
    begin(key);
    text_ += std::to_string(value);
    return *this;
}

ObjectText& ObjectText::boolean(std::string_view key, bool value) {
    begin(key);
    text_ += value ? "true" : "false";
    return *this;
}

ObjectText& ObjectText::json(std::string_view key, std::string_view written) {
    begin(key);
    text_ += written;
    return *this;
}

std::string ObjectText::done() {
    text_ += '}';
    return std::move(text_);
}

}  // namespace gotong::json
