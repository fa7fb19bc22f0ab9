#include "common/text/plain_name.h"

#include <algorithm>

namespace gotong::text {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool may_follow(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

bool is_plain_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxPlainName) return false;
    return is_letter_or_digit(name.front()) && std::all_of(name.begin(), name.end(), may_follow);
}

}  // namespace gotong::text
