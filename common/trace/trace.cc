#include "common/trace/trace.h"

#include <algorithm>

#include "common/crypto/random.h"

namespace gotong::trace {
namespace {

constexpr std::size_t kLength = 55;  // Of version 00.

bool is_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view hex) {
    return std::ranges::all_of(hex, [](char c) { return c == '0'; });
}

}  // namespace

std::optional<TraceId> from_traceparent(std::string_view header) {
    if (header.size() < kLength) return std::nullopt;
    const std::string_view version = header.substr(0, 2), parent = header.substr(36, 16);
    const bool is_cut = header[2] == '-' && header[35] == '-' && header[52] == '-';
    const bool is_long = header.size() > kLength && (version == "00" || header[kLength] != '-');
    if (!is_cut || is_long || !is_hex(version) || version == "ff") return std::nullopt;
    if (!is_hex(parent) || is_zero(parent) || !is_hex(header.substr(53, 2))) return std::nullopt;
    const auto trace = TraceId::from_hex(header.substr(3, 32));
    if (!trace || trace->is_zero()) return std::nullopt;
    return trace;
}

TraceId make() {
    TraceId trace;
    crypto::fill(trace.bytes);
    return trace;
}

std::string text_of(const TraceId& trace) { return trace.is_zero() ? "" : trace.to_hex(); }

TraceId from_text(std::string_view text) { return TraceId::from_hex(text).value_or(TraceId{}); }

}  // namespace gotong::trace
