#include "coordinator/cli/relay.h"

#include <fmt/core.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

constexpr std::size_t kLongestLine = 64U << 10U;  // Longer ones are cut into several.
constexpr std::size_t kPiece = 4096;

// Hands over whole lines of `text` and keeps the rest.
template <class OnLine>
void split_lines(std::string& text, OnLine on_line) {
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        on_line(text.substr(begin, end - begin));
        begin = end + 1;
    }
    text.erase(0, begin);
    if (text.size() > kLongestLine) on_line(std::exchange(text, {}));
}

void relay(const std::string& name, const std::filesystem::path& log, Loudness loudness, int fd) {
    std::ofstream file{log, std::ios::app};
    const auto on_line = [&](const std::string& line) {
        file << line << std::endl;
        if (loudness == Loudness::prefixed) note(fmt::format("{:<11} | {}", name, line));
    };
    std::string waiting;
    char piece[kPiece];
    for (ssize_t size = 0; (size = ::read(fd, piece, sizeof piece)) > 0;) {
        waiting.append(piece, static_cast<std::size_t>(size));
        split_lines(waiting, on_line);
    }
    if (!waiting.empty()) on_line(waiting);
}

}  // namespace

Relay::Relay(std::string name, std::filesystem::path log, Loudness loudness, file::UniqueFd output)
    : thread_([name = std::move(name), log = std::move(log), loudness, output = std::move(output)] {
          relay(name, log, loudness, output.get());
      }) {}

std::string last_line(const std::filesystem::path& log) {
    std::ifstream file{log};
    std::string last;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) last = line;
    }
    return last;
}

}  // namespace gotong::cli
