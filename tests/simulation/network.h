// What lies between the coordinator and everybody else: streams of workers, and single requests.
//
// A tame network is TCP: what is sent on a stream arrives in order, or the stream breaks. A wild
// one also loses, doubles and reorders single messages, which the protocol has to heal as well.
// Either side may go on believing in a stream that is dead.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "coordinator/core/core.h"
#include "tests/simulation/agenda.h"

namespace gotong::simulation {

struct World;
class Worker;
class Creator;

// What a watch tells of a job.
struct Told {
    JobId job;
    job::State state = job::State::queued;
    std::uint32_t attempt = 0;
    std::uint32_t requeued = 0;
};

class Network {
  public:
    explicit Network(World& world) : world_(world) {}

    // ---- Streams ----
    core::StreamId open(Worker& worker);
    void to_core(core::StreamId stream, core::Event event, bool is_sound = true);
    void to_worker(const core::ToWorker& said);
    void close(core::StreamId stream);  // By the worker: the coordinator hears of it, or not.
    void cut(core::StreamId stream);    // By neither.
    void part(Worker& worker, milliseconds duration);

    // ---- Requests ----
    using OnAnswer = std::function<void(Result<core::Answer>)>;
    // The event gets the reply's id. `on_answer` is called once, or never.
    template <class Event>
    void ask(Event event, OnAnswer on_answer) {
        event.reply = ++replies_;
        waiting_.emplace(event.reply, std::move(on_answer));
        send_request(core::Event{std::move(event)});
    }
    void answer(const core::Reply& reply);

    // ---- Watches: a stream for each creator, of all of its jobs ----
    void watch(Creator& creator);  // It stands when the request has arrived, if it does.
    void cut_watch(AccountId account);
    bool is_watched(AccountId account) const;
    void to_watcher(const job::Job& job);

    // What was delivered to nobody: streams whose coordinator died.
    void reset_all();

  private:
    struct Stream {
        Worker* worker = nullptr;
        int host_life = 0;
        bool is_up = true;    // Towards the coordinator.
        bool is_down = true;  // Towards the worker.
        Monotonic last_up{};
        Monotonic last_down{};
    };

    struct Watch {
        Creator* creator = nullptr;
        std::uint64_t number = 0;  // 0: it is broken.
        Monotonic last{};
        std::map<JobId, std::pair<job::State, std::uint32_t>> told{};
    };

    void begin_watch(Creator& creator);

    // When a message arrives, for each of its copies.
    std::vector<Monotonic> arrivals(Stream& stream, Monotonic& last, bool may_be_lost);
    void send_request(core::Event event);
    void tell_worker_closed(core::StreamId id);

    World& world_;
    std::map<core::StreamId, Stream> streams_;
    std::map<Worker*, Monotonic> parted_until_;
    std::map<core::ReplyId, OnAnswer> waiting_;
    std::map<AccountId, Watch> watches_;
    std::uint64_t watched_ = 0;
    core::StreamId opened_ = 0;
    core::ReplyId replies_ = 0;
};

}  // namespace gotong::simulation
