// Structured logs: one line an event, a constant sentence and named values, on standard error.
//
//     log::info("worker enrolled", {{"worker", id.to_hex()}, {"name", name}});
//
// text:  2026-11-23T10:00:00.123Z info worker enrolled worker=77ab.. name="anna's tower"
// json:  {"level":"info","message":"worker enrolled","name":"anna's tower","ts":..,"worker":..}
//
// Prompts, tokens and keys never go in here. Nothing that a peer can cause without limit is logged
// at info or above, unless a Throttle (throttle.h) stands before it. Values may hold anything: they
// are escaped and cut, so that a peer's name cannot forge a line. Safe from every thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::log {

enum class Level { debug, info, warn, error, off };
enum class Format { text, json };

// debug, info, warn, error or off; text or json. invalid_argument names the field and the choices.
Result<Level> parse_level(std::string_view text);
Result<Format> parse_format(std::string_view text);

// Until it is called: info, as text.
void configure(Level level, Format format);

struct Field {
    std::string_view key;
    std::string value;
};
using Fields = std::initializer_list<Field>;

void write(Level level, std::string_view message, Fields fields);

inline void debug(std::string_view message, Fields fields = {}) {
    write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
    write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
    write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
    write(Level::error, message, fields);
}

// The line that write() prints, without its time; what tests look at.
std::string format_line(Format format, Level level, std::string_view message, Fields fields);

}  // namespace gotong::log
