// Which way to the pool comes next: a stream, or unary calls where something in between lets no
// stream through.
//
// A stream is broken when the connection stands and yet no Challenge comes, or when it is cut soon
// after the Welcome, again and again. Once calls have been welcomed they are kept to; from time to
// time a stream is tried, for it is what costs everybody less. A pure function of how the last ones
// ended.
#pragma once

#include <chrono>
#include <cstdint>

#include "common/time.h"

namespace gotong::link {

enum class Way : std::uint8_t { stream, calls };

// What became of one line.
struct Stay {
    bool was_connected = false;   // Somebody spoke HTTP/2 there.
    bool was_challenged = false;  // And it was a pool.
    bool was_welcomed = false;
    bool knows_no_calls = false;  // An older pool.
    std::chrono::steady_clock::duration lasted{0};
};

struct WayPolicy {
    // Enough to tell a proxy from a bad moment: the first costs fifteen seconds of silence.
    std::uint32_t broken_streams = 2;
    // Within so much of its Welcome a stream that ends was cut.
    std::chrono::milliseconds soon = std::chrono::seconds{30};
    std::uint32_t cut_streams = 5;
    std::chrono::milliseconds calls_for = std::chrono::minutes{10};
};

class Ways {
  public:
    explicit Ways(WayPolicy policy) : policy_(policy) {}

    Way next() const { return next_; }

    void ended(Way way, const Stay& stay);

    // How long calls are kept to before a stream is tried.
    std::chrono::milliseconds calls_for() const { return policy_.calls_for; }

  private:
    WayPolicy policy_;
    Way next_ = Way::stream;
    std::uint32_t broken_ = 0;  // Streams in a row without a Challenge.
    std::uint32_t cut_ = 0;     // Streams in a row that ended soon.
    bool calls_work_ = false;
    bool has_calls_ = true;
};

}  // namespace gotong::link
