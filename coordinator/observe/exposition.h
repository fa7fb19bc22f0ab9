// Writes metrics as Prometheus reads them: the text format, version 0.0.4.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "coordinator/observe/histogram.h"

namespace gotong::observe {

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

struct Label {
    std::string_view name;
    std::string_view value;  // Anything: it is escaped.
};
using Labels = std::initializer_list<Label>;

class Exposition {
  public:
    // A family of one number. Names and help texts are ours, and need no escape.
    void counter(std::string_view name, std::string_view help, double value);
    void gauge(std::string_view name, std::string_view help, double value);
    void histogram(std::string_view name, std::string_view help, const Histogram& histogram);

    // A family of several: begun, then each of its samples.
    void begin(std::string_view name, std::string_view type, std::string_view help);
    void sample(Labels labels, double value);

    const std::string& text() const { return text_; }

  private:
    void line(std::string_view suffix, Labels labels, double value);

    std::string text_;
    std::string family_;
};

}  // namespace gotong::observe
