// For threads that may block (start-up, HTTP): a task on the loop, and its answer.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "coordinator/loop/loop.h"

namespace gotong::loop {

// Far above any honest turn; beyond it the disk is stuck.
inline constexpr std::chrono::seconds kPatience{10};

// Runs work(turn, answer) on the loop's thread and waits until it has called `answer` with a
// Result<T>, once. Never from the loop's own thread. unavailable: busy, stopped, or too slow.
template <class T, class Work>
Result<T> wait_for(Loop& loop, Work work) {
    const auto promised = std::make_shared<std::promise<Result<T>>>();
    std::future<Result<T>> answered = promised->get_future();
    const bool taken = loop.post([promised, work = std::move(work)](Turn& turn) {
        work(turn, [promised](Result<T> answer) { promised->set_value(std::move(answer)); });
    });
    if (!taken || answered.wait_for(kPatience) != std::future_status::ready) {
        return fail(ErrorCode::unavailable, "the coordinator is busy; try again in a moment");
    }
    return answered.get();
}

}  // namespace gotong::loop
