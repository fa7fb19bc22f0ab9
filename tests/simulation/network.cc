#include "tests/simulation/network.h"

#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

constexpr milliseconds kReset{2'000};  // Until a broken connection is noticed, at the most.

}  // namespace

core::StreamId Network::open(Worker& worker) {
    const core::StreamId id = ++opened_;
    streams_[id] = {.worker = &worker, .host_life = world_.host.life()};
    world_.truth.speakers[id] = worker.id();
    if (!world_.host.is_up()) cut(id);
    return id;
}

std::vector<Monotonic> Network::arrivals(Stream& stream, Monotonic& last, bool may_be_lost) {
    const NetworkPlan& plan = world_.plan.network;
    Chance& chance = world_.chance;
    const bool is_bad = !world_.is_calm;
    const Monotonic now = world_.agenda.now();
    Monotonic at = now + (is_bad ? chance.between(0ms, plan.longest_delay) : 5ms);
    const Monotonic parted = parted_until_[stream.worker];
    if (!plan.is_wild || !is_bad) {
        // TCP sends again when the partition is over.
        at = std::max({at, last, parted});
        last = at;
        return {at};
    }
    if (now < parted) return {};
    if (!may_be_lost) return {last = std::max(at, last)};
    if (chance.one_in(plan.loss)) {
        world_.coverage.saw("network: loss");
        return {};
    }
    if (at < last) world_.coverage.saw("network: reordering");
    last = std::max(at, last);
    if (!chance.one_in(plan.duplication)) return {at};
    world_.coverage.saw("network: duplication");
    return {at, at + chance.between(0ms, 2 * plan.longest_delay)};
}

void Network::to_core(core::StreamId id, core::Event event, bool is_sound) {
    Stream& stream = streams_.at(id);
    if (!stream.is_up) return;
    // A stream whose first message is lost is no stream.
    const bool may_be_lost = !std::holds_alternative<core::WorkerHello>(event);
    for (const Monotonic at : arrivals(stream, stream.last_up, may_be_lost)) {
        world_.agenda.at(at, [this, id, event, is_sound] {
            const Stream& then = streams_.at(id);
            if (then.is_up && then.host_life == world_.host.life())
                world_.host.hear(event, is_sound);
        });
    }
}

void Network::to_worker(const core::ToWorker& said) {
    Stream& stream = streams_.at(said.stream);
    if (!stream.is_down) return;
    for (const Monotonic at : arrivals(stream, stream.last_down, true)) {
        world_.agenda.at(at, [this, said] {
            Stream& then = streams_.at(said.stream);
            if (then.is_down) then.worker->hear(said.stream, said.message);
        });
    }
}

void Network::tell_worker_closed(core::StreamId id) {
    Worker* worker = streams_.at(id).worker;
    world_.agenda.after(world_.chance.between(0ms, kReset), [worker, id] { worker->closed(id); });
}

void Network::close(core::StreamId id) {
    Stream& stream = streams_.at(id);
    if (!stream.is_up) return;
    stream.is_down = false;
    // What was sent before arrives before.
    world_.agenda.at(std::max(stream.last_up, world_.agenda.now() + 1ms), [this, id] {
        Stream& then = streams_.at(id);
        if (then.is_up && then.host_life == world_.host.life())
            world_.host.hear(core::StreamClosed{id});
        then.is_up = false;
    });
}

void Network::cut(core::StreamId id) {
    Stream& stream = streams_.at(id);
    if (!stream.is_up && !stream.is_down) return;
    stream.is_up = false;
    stream.is_down = false;
    world_.coverage.saw("network: cut");
    const bool worker_learns =
        world_.is_calm || !world_.chance.one_in(world_.plan.network.half_open);
    const bool pool_learns = world_.is_calm || !world_.chance.one_in(world_.plan.network.half_open);
    if (worker_learns) {
        tell_worker_closed(id);
    } else {
        world_.coverage.saw("network: half-open at the worker");
    }
    if (!pool_learns) return world_.coverage.saw("network: half-open at the pool");
    const int life = stream.host_life;
    world_.agenda.after(world_.chance.between(0ms, kReset), [this, id, life] {
        if (life == world_.host.life()) world_.host.hear(core::StreamClosed{id});
    });
}

void Network::part(Worker& worker, milliseconds duration) {
    world_.coverage.saw("network: partition");
    parted_until_[&worker] = world_.agenda.now() + duration;
}

// ---- Watches ----

void Network::watch(Creator& creator) {
    if (!world_.is_calm && world_.chance.one_in(world_.plan.network.loss))
        return world_.coverage.saw("network: request lost");
    world_.agenda.after(5ms, [this, &creator] {
        if (world_.host.is_up()) begin_watch(creator);
    });
}

// First what is so, then what changes.
void Network::begin_watch(Creator& creator) {
    watches_[creator.account()] = {.creator = &creator, .number = ++watched_};
    for (const job::Job& job : world_.host.jobs_of(creator.account())) to_watcher(job);
}

void Network::cut_watch(AccountId account) {
    world_.coverage.saw("network: watch cut");
    watches_[account].number = 0;
}

bool Network::is_watched(AccountId account) const {
    const auto found = watches_.find(account);
    return found != watches_.end() && found->second.number != 0;
}

void Network::to_watcher(const job::Job& job) {
    const auto found = watches_.find(job.account);
    if (found == watches_.end() || found->second.number == 0) return;
    Watch& watch = found->second;
    const std::pair told{job.state, job.requeued};  // Steps and previews are nothing to check.
    const auto [before, is_first] = watch.told.try_emplace(job.id, told);
    if (!is_first && before->second == told) return;
    before->second = told;
    const milliseconds delay =
        world_.is_calm ? 5ms : world_.chance.between(0ms, world_.plan.network.longest_delay);
    watch.last = std::max(watch.last, world_.agenda.now() + delay);
    world_.agenda.at(watch.last, [&watch, number = watch.number,
                                  it = Told{job.id, job.state, job.attempt, job.requeued}] {
        if (watch.number == number) watch.creator->hear(it);
    });
}

void Network::reset_all() {
    for (auto& [account, watch] : watches_) watch.number = 0;
    for (auto& [id, stream] : streams_) {
        if (!stream.is_up && !stream.is_down) continue;
        stream.is_up = false;
        stream.is_down = false;
        if (world_.is_calm || !world_.chance.one_in(world_.plan.network.half_open))
            tell_worker_closed(id);
    }
}

void Network::send_request(core::Event event) {
    const bool is_bad = !world_.is_calm;
    if (is_bad && world_.chance.one_in(world_.plan.network.loss))
        return world_.coverage.saw("network: request lost");
    const milliseconds delay =
        is_bad ? world_.chance.between(0ms, world_.plan.network.longest_delay) : 5ms;
    world_.agenda.after(delay, [this, event = std::move(event)] { world_.host.hear(event); });
}

void Network::answer(const core::Reply& reply) {
    const bool is_bad = !world_.is_calm;
    if (is_bad && world_.chance.one_in(world_.plan.network.loss))
        return world_.coverage.saw("network: answer lost");
    const milliseconds delay =
        is_bad ? world_.chance.between(0ms, world_.plan.network.longest_delay) : 5ms;
    world_.agenda.after(delay, [this, reply] {
        auto waiting = waiting_.extract(reply.reply);
        if (!waiting.empty() && waiting.mapped()) waiting.mapped()(reply.answer);
    });
}

}  // namespace gotong::simulation
