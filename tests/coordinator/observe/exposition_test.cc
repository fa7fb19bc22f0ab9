// The text that Prometheus reads, by its letter. (tests/peers reads a whole answer with Prometheus'
// own parser.)
#include "coordinator/observe/exposition.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::observe {
namespace {

TEST_CASE("a family has its help, its type and its samples") {
    Exposition out;
    out.counter("gotong_things_total", "Things that happened.", 3);
    CHECK(out.text() ==
          "# HELP gotong_things_total Things that happened.\n"
          "# TYPE gotong_things_total counter\n"
          "gotong_things_total 3\n");
}

TEST_CASE("labels are quoted, and what would end them is escaped") {
    Exposition out;
    out.begin("gotong_build_info", "gauge", "Version.");
    out.sample({{"version", "1\"\\\n"}, {"of", "x"}}, 1);
    CHECK(out.text().ends_with("gotong_build_info{version=\"1\\\"\\\\\\n\",of=\"x\"} 1\n"));
}

TEST_CASE("large and small numbers are read back as they were") {
    Exposition out;
    out.gauge("a", "A.", 1234567890123.0);
    out.gauge("b", "B.", 0.1);
    CHECK(out.text().find("a 1234567890123\n") != std::string::npos);
    CHECK(out.text().ends_with("b 0.1\n"));
}

TEST_CASE("a histogram's buckets add up, and a value on a bound belongs below it") {
    static constexpr std::array kBounds{0.5, 1.0};
    Histogram histogram(kBounds);
    for (const double value : {0.5, 0.75, 1.0, 8.0}) histogram.observe(value);
    Exposition out;
    out.histogram("took_seconds", "Took.", histogram);
    CHECK(
        out.text().ends_with("took_seconds_bucket{le=\"0.5\"} 1\n"
                             "took_seconds_bucket{le=\"1\"} 3\n"
                             "took_seconds_bucket{le=\"+Inf\"} 4\n"
                             "took_seconds_sum 10.25\n"
                             "took_seconds_count 4\n"));
}

}  // namespace
}  // namespace gotong::observe
