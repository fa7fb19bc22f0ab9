// What the system says of a process, against what the process knows of itself.
#include "coordinator/observe/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>

namespace gotong::observe {
namespace {

TEST_CASE("an opened file is one descriptor more") {
    const auto before = look_at_process().open_fds;
    const int file = ::open("/dev/null", O_RDONLY);
    CHECK(look_at_process().open_fds == before + 1);
    ::close(file);
    CHECK(look_at_process().open_fds == before);
}

TEST_CASE("time on the processor grows with work, and the start lies in the past") {
    const Process before = look_at_process();
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{200};
    while (std::chrono::steady_clock::now() < end) {
    }
    const Process after = look_at_process();
    CHECK(after.cpu_seconds > before.cpu_seconds);
    const double now =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    CHECK(after.start_seconds <= now + 1);
    CHECK(after.start_seconds > now - 3600);
    CHECK(after.resident > 1U << 20U);
    CHECK(after.resident < after.virtual_);
    CHECK(after.threads == 1);
}

}  // namespace
}  // namespace gotong::observe
