#include "coordinator/observe/exposition.h"

#include <charconv>

namespace gotong::observe {
namespace {

// The shortest text that reads back as the same number.
std::string text_of(double value) {
    char digits[32];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    return {digits, end};
}

std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : value) {
        if (c == '\n') {
            text += "\\n";
            continue;
        }
        if (c == '\\' || c == '"') text += '\\';
        text += c;
    }
    return text;
}

}  // namespace

void Exposition::begin(std::string_view name, std::string_view type, std::string_view help) {
    family_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::sample(Labels labels, double value) { line("", labels, value); }

void Exposition::counter(std::string_view name, std::string_view help, double value) {
    begin(name, "counter", help);
    sample({}, value);
}

void Exposition::gauge(std::string_view name, std::string_view help, double value) {
    begin(name, "gauge", help);
    sample({}, value);
}

void Exposition::histogram(std::string_view name, std::string_view help,
                           const Histogram& histogram) {
    begin(name, "histogram", help);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
        below += histogram.count_in(i);
        line("_bucket", {{"le", text_of(histogram.bounds()[i])}}, static_cast<double>(below));
    }
    below += histogram.count_in(histogram.bounds().size());
    line("_bucket", {{"le", "+Inf"}}, static_cast<double>(below));
    line("_sum", {}, histogram.sum());
    line("_count", {}, static_cast<double>(below));
}

void Exposition::line(std::string_view suffix, Labels labels, double value) {
    text_.append(family_).append(suffix);
    char before = '{';
    for (const Label& label : labels) {
        text_.append(1, before).append(label.name).append("=\"").append(escaped(label.value));
        text_ += '"';
        before = ',';
    }
    if (labels.size() > 0) text_ += '}';
    text_.append(" ").append(text_of(value)).append("\n");
}

}  // namespace gotong::observe
