#include "common/log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

namespace gotong::log {
namespace {

// A value longer than this tells nobody more, and a peer may have chosen it.
constexpr std::size_t kMaxValueBytes = 512;

std::atomic<Format> g_format{Format::text};

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            break;
    }
    return spdlog::level::off;
}

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
        case Level::off:
            break;
    }
    return "off";
}

// JSON escapes control characters and quotes; bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view value) {
    return nlohmann::json(std::string(value.substr(0, kMaxValueBytes)))
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool is_plain(std::string_view value) {
    constexpr std::string_view marks = "._:/-+@%,[]";
    return !value.empty() && value.size() <= kMaxValueBytes &&
           std::all_of(value.begin(), value.end(), [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      marks.find(c) != std::string_view::npos;
           });
}

std::string text_line(Level level, std::string_view message, Fields fields) {
    std::string line{name_of(level)};
    line.append(" ").append(message);
    for (const Field& field : fields) {
        line.append(" ").append(field.key).append("=");
        line.append(is_plain(field.value) ? field.value : json_string(field.value));
    }
    return line;
}

std::string json_line(Level level, std::string_view message, Fields fields) {
    std::string line =
        "{\"level\":" + json_string(name_of(level)) + ",\"message\":" + json_string(message);
    for (const Field& field : fields) {
        line.append(",")
            .append(json_string(field.key))
            .append(":")
            .append(json_string(field.value));
    }
    return line + "}";
}

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_logger_mt("gotong");
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

}  // namespace

Result<Level> parse_level(std::string_view text) {
    for (const Level level : {Level::debug, Level::info, Level::warn, Level::error, Level::off}) {
        if (text == name_of(level)) return level;
    }
    return fail(ErrorCode::invalid_argument, "log level must be debug, info, warn, error or off",
                "log-level");
}

Result<Format> parse_format(std::string_view text) {
    if (text == "text") return Format::text;
    if (text == "json") return Format::json;
    return fail(ErrorCode::invalid_argument, "log format must be text or json", "log-format");
}

void configure(Level level, Format format) {
    g_format = format;
    logger().set_level(to_spdlog(level));
    const char* pattern = format == Format::json ? "{\"ts\":\"%Y-%m-%dT%H:%M:%S.%eZ\",%v"
                                                 : "%Y-%m-%dT%H:%M:%S.%eZ %v";
    logger().set_pattern(pattern, spdlog::pattern_time_type::utc);
}

std::string format_line(Format format, Level level, std::string_view message, Fields fields) {
    return format == Format::json ? json_line(level, message, fields)
                                  : text_line(level, message, fields);
}

void write(Level level, std::string_view message, Fields fields) {
    if (!logger().should_log(to_spdlog(level))) return;
    const Format format = g_format;
    std::string line = format_line(format, level, message, fields);
    if (format == Format::json)
        line.erase(0, 1);  // The pattern has opened the object with the time.
    logger().log(to_spdlog(level), spdlog::string_view_t(line));
}

}  // namespace gotong::log
