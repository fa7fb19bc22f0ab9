// A worker as the protocol wants it, on a machine that crashes, sleeps, hangs and loses its
// network: it accepts offers, reports steps, keeps results on its disk until they are answered, and
// tells everything that it holds at every heartbeat. A Liar does mischief besides.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/crypto/sign.h"
#include "coordinator/core/core.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/plan.h"

namespace gotong::simulation {

struct World;

class Worker {
  public:
    Worker(World& world, std::size_t number, const WorkerPlan& plan);
    virtual ~Worker() = default;

    void join();  // At set-up: an invite, and the enrolment.
    void join_as_twin_of(const Worker& other);
    void join_by_network();  // Later: and switches itself on, unless something was lost on the way.
    void switch_on();
    virtual void plan_troubles();
    virtual void calm_down();  // From here on it is well; a twin is gone.
    void leave();              // Without a word.

    // ---- From the network ----
    void hear(core::StreamId stream, const core::WorkerMessage& message);
    void closed(core::StreamId stream);

    WorkerId id() const { return id_; }
    core::StreamId stream() const { return stream_; }
    bool is_idle() const { return held_.empty() && outbox_.empty(); }
    bool is_gone() const { return is_gone_; }
    const std::string& name() const { return name_; }
    std::shared_ptr<const core::OfferJob> some_offer() const;  // That it ever took; or nullptr.

  protected:
    struct Work {
        std::shared_ptr<const core::OfferJob> offer;
        core::Phase phase = core::Phase::loading;
        std::uint32_t step = 0;
        std::uint32_t steps = 0;
    };
    struct Kept {  // On disk.
        std::shared_ptr<const core::OfferJob> offer;
        std::uint64_t order = 0;
    };

    // Runs it unless the worker has crashed meanwhile; later, when it is asleep.
    void after(milliseconds delay, std::function<void()> action);
    void say(core::Event event, bool is_sound = true);
    core::ResultVerified result_of(const core::OfferJob& offer) const;
    static Digest picture_of(const core::OfferJob& offer);
    virtual void send_result(const core::LeaseToken& lease);

    World& world_;
    WorkerPlan plan_;
    std::map<core::LeaseToken, std::shared_ptr<const core::OfferJob>> known_offers_{};
    core::StreamId stream_ = 0;
    std::map<core::LeaseToken, Work> held_{};
    std::map<core::LeaseToken, Kept> outbox_{};
    bool is_gone_ = false;

  private:
    core::Enrol enrolment_request() const;
    void note_enrolment(const core::Answer& answer);
    void connect();
    void reconnect_later();
    void heartbeat();
    void snapshot();
    void listen(core::StreamId stream, const core::WorkerMessage& message);
    void on(const core::Welcome& welcome);
    void on(const core::OfferJob& offer);
    void on(const core::Desired& desired);
    void on(const core::GrantUpload& grant);
    void on(const core::AckResult& ack);
    void on(const core::CloseStream& close);
    void render(const core::LeaseToken& lease);
    void next_step(const core::LeaseToken& lease);
    void finish(const core::LeaseToken& lease);
    void fail(const core::LeaseToken& lease, ErrorCode code);
    void ask_upload(const core::LeaseToken& lease);
    std::vector<core::OfferedModel> offered() const;

    void trouble();
    void crash();
    void sleep(milliseconds duration);
    void drain();

    std::size_t number_;
    std::string name_;
    const crypto::SigningKey& key_;
    WorkerId id_;
    std::string key_id_;
    Digest enrolment_{};
    int life_ = 1;
    std::uint64_t instance_ = 0;  // Which start of a daemon, of all there ever were.
    bool is_on_ = false;
    bool is_draining_ = false;
    Monotonic asleep_until_{};
    Monotonic hangs_until_{};
    Monotonic last_heard_{};
    std::string resume_token_;
    int failures_to_connect_ = 0;
    std::uint64_t results_ = 0;
};

std::unique_ptr<Worker> make_worker(World& world, std::size_t number, const WorkerPlan& plan);

}  // namespace gotong::simulation
