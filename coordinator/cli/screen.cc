#include "coordinator/cli/screen.h"

#include <unistd.h>

#include <cstdio>

#include "coordinator/cli/report.h"

namespace gotong::cli {

Screen::Screen() : is_terminal_(isatty(STDOUT_FILENO) == 1) {}

void Screen::draw(const std::vector<std::string>& lines) {
    if (is_terminal_ && drawn_ > 0) std::fprintf(stdout, "\033[%zuA\033[J", drawn_);
    for (const std::string& line : lines) print_line(line);
    drawn_ = lines.size();
}

}  // namespace gotong::cli
