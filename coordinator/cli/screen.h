// Lines that a terminal shows over themselves; on anything else, lines that follow one another.
#pragma once

#include <string>
#include <vector>

namespace gotong::cli {

class Screen {
  public:
    Screen();

    bool is_terminal() const { return is_terminal_; }

    // On a terminal, in place of what was drawn before.
    void draw(const std::vector<std::string>& lines);

  private:
    const bool is_terminal_;
    std::size_t drawn_ = 0;  // Lines.
};

}  // namespace gotong::cli
