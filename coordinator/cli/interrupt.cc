#include "coordinator/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <mutex>

namespace gotong::cli {
namespace {

constexpr long kLookUpNs = 100'000'000;  // How soon the listener notices that it may end.

sigset_t interrupts() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

Interrupt::Interrupt() {
    const sigset_t set = interrupts();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    listener_ = std::jthread{[this](const std::stop_token& end) { listen(end); }};
}

Interrupt::~Interrupt() = default;

void Interrupt::listen(const std::stop_token& end) {
    const sigset_t set = interrupts();
    const timespec patience{.tv_sec = 0, .tv_nsec = kLookUpNs};
    while (!end.stop_requested()) {
        const int signal = sigtimedwait(&set, nullptr, &patience);
        if (signal < 0) continue;
        if (source_.stop_requested()) std::_Exit(EXIT_FAILURE);
        signal_ = signal;
        source_.request_stop();
    }
}

bool sleep_unless(const std::stop_token& token, std::chrono::milliseconds time) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock{mutex};
    return !wake.wait_for(lock, token, time, [&] { return token.stop_requested(); });
}

}  // namespace gotong::cli
