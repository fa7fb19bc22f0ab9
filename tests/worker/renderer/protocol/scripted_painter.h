// A painter for tests: each picture is one grey pixel, after as many steps as its job asks for.
//
// Prompts that mean something: "fail" (cannot begin), "break" (fails in its second step). A job of
// kEndless steps goes on until it is told to stop. Every step waits for the test once hold() was
// called, and who took part in it is kept.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <limits>
#include <mutex>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "worker/renderer/protocol/painter.h"

namespace gotong::renderer {

class ScriptedPainter final : public Painter {
  public:
    static constexpr int kEndless = 1'000'000;
    using Tags = std::set<Tag>;

    // ---- For the test, from its own thread ----
    void hold() { is_held_ = true; }
    void let_step() { permits_.release(); }
    // Returns once for each step that began to wait: who takes part in it is settled.
    void wait_for_step() { entered_.acquire(); }
    void let_go() {
        is_held_ = false;
        permits_.release();
    }
    // More pictures at once than this lack memory.
    void has_room_for(std::size_t pictures) { room_ = pictures; }
    std::vector<Tags> steps() const {
        const std::lock_guard lock(mutex_);
        return steps_;
    }

    // ---- For the server ----
    bool takes(const RenderJob& job) const override {
        return members_.empty() || kind_of(members_.front().job) == kind_of(job);
    }

    Result<> join(const RenderJob& job, engine::Observer& observer, std::stop_token stop) override {
        if (job.request.prompt == "fail")
            return fail(ErrorCode::resource_exhausted, "not enough memory");
        observer.on_phase(engine::Phase::denoising);
        show(observer, 0, job.request.steps);
        members_.push_back({job, &observer, std::move(stop)});
        return {};
    }

    std::vector<Ended> step() override {
        if (is_held_) {
            entered_.release();
            permits_.acquire();
        }
        note_step();
        std::vector<Ended> ended;
        const bool is_crowded = members_.size() > room_;
        std::erase_if(members_, [&](Member& member) {
            auto answer = is_crowded ? fail(ErrorCode::resource_exhausted, "not enough memory")
                                     : advance(member);
            const bool goes_on = !answer && answer.error().code == ErrorCode::aborted;
            if (!goes_on) ended.push_back({member.job.tag, std::move(answer)});
            return !goes_on;
        });
        return ended;
    }

  private:
    struct Member {
        RenderJob job;
        engine::Observer* observer;
        std::stop_token stop;
        int done = 0;
    };

    static std::pair<std::string, int> kind_of(const RenderJob& job) {
        return {job.model_dir, job.request.width};
    }

    static void show(engine::Observer& observer, int step, int steps) {
        const std::vector<float> values{0.5F};
        const std::vector<std::int64_t> shape{1, 1, 1, 1};
        observer.on_latent({step, steps, {values, shape}});
    }

    void note_step() {
        Tags tags;
        for (const Member& member : members_) tags.insert(member.job.tag);
        const std::lock_guard lock(mutex_);
        steps_.push_back(std::move(tags));
    }

    // `aborted` stands for "not done yet".
    static Result<Painted> advance(Member& member) {
        const engine::Request& request = member.job.request;
        if (member.stop.stop_requested()) return fail(ErrorCode::cancelled, "cancelled");
        if (request.steps == kEndless) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
            return fail(ErrorCode::aborted, "");
        }
        show(*member.observer, ++member.done, request.steps);
        if (request.prompt == "break" && member.done == 2)
            return fail(ErrorCode::internal, "broken");
        if (member.done < request.steps) return fail(ErrorCode::aborted, "");
        Painted painted;
        painted.picture.pixels = {1, 1, {7, 7, 7}};
        painted.picture.trajectory_leaves = static_cast<std::uint32_t>(request.steps) + 1;
        painted.load_ms = 12;
        return painted;
    }

    std::vector<Member> members_;
    std::atomic<bool> is_held_ = false;
    std::atomic<std::size_t> room_ = std::numeric_limits<std::size_t>::max();
    std::counting_semaphore<> permits_{0};
    std::counting_semaphore<> entered_{0};
    mutable std::mutex mutex_;
    std::vector<Tags> steps_;  // Under mutex_.
};

}  // namespace gotong::renderer
