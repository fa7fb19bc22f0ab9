#include "tests/simulation/liar.h"

#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

constexpr milliseconds kBetweenLies{12'000};

}  // namespace

void Liar::plan_troubles() {
    Worker::plan_troubles();
    world_.every(kBetweenLies, [this] {
        if (stream_ != 0 && !is_gone_) lie();
    });
}

void Liar::send_result(const core::LeaseToken& lease) {
    core::ResultVerified result = result_of(*outbox_.at(lease).offer);
    switch (world_.chance.below(3)) {
        case 0:
            world_.coverage.saw("lie: false result");
            ++result.statement.sampling.seed;
            return say(std::move(result), false);
        case 1:
            world_.coverage.saw("lie: bad signature");
            result.verdict =
                gotong::fail(ErrorCode::unauthenticated, "the signature is not the worker's");
            return say(std::move(result), false);
        default:
            return say(std::move(result));
    }
}

void Liar::lie() {
    switch (world_.chance.below(7)) {
        case 0:
            return send_another_ones();
        case 1:
            return send_stale();
        case 2:
            return replay();
        case 3:
            return send_never_offered();
        case 4:
            return claim_everything();
        case 5:
            return ask_absurdly();
        default:
            return send_too_early();
    }
}

void Liar::send_another_ones() {
    const auto& others = world_.chance.pick(world_.workers);
    const auto offer = others->some_offer();
    if (others->id() == id() || !offer) return;  // Nor a twin: its leases are ours.
    world_.coverage.saw("lie: another's lease");
    say(result_of(*offer), false);
    say(core::AttemptFailed{.stream = stream_,
                            .lease = offer->lease,
                            .error = Error{ErrorCode::internal, "it cannot be done", {}}});
    say(core::WorkerProgress{.stream = stream_,
                             .lease = offer->lease,
                             .phase = core::Phase::rendering,
                             .step = 1,
                             .steps = 5,
                             .preview_png = ""});
}

void Liar::send_stale() {
    const auto offer = some_offer();
    if (!offer) return;
    world_.coverage.saw("lie: stale token");
    say(result_of(*offer));
}

void Liar::replay() {
    const auto offer = some_offer();
    if (!offer || held_.empty() || held_.begin()->first == offer->lease) return;
    world_.coverage.saw("lie: replayed statement");
    core::ResultVerified result = result_of(*offer);
    result.lease = held_.begin()->first;
    say(std::move(result), false);
}

void Liar::send_never_offered() {
    const auto offer = some_offer();
    if (!offer) return;
    world_.coverage.saw("lie: never offered");
    core::ResultVerified result = result_of(*offer);
    result.lease.attempt += 1'000;
    say(result, false);
    world_.chance.fill(result.lease.job.bytes);
    say(std::move(result), false);
}

void Liar::claim_everything() {
    world_.coverage.saw("lie: false snapshot");
    core::WorkerSnapshot snapshot;
    snapshot.stream = stream_;
    snapshot.free_slots = 1'000;
    for (const auto& [lease, offer] : known_offers_)
        snapshot.held.push_back({lease, core::Phase::rendering, 1});
    for (const auto& other : world_.workers) {
        if (const auto offer = other->some_offer()) snapshot.outbox.push_back(offer->lease);
    }
    say(std::move(snapshot));
}

void Liar::ask_absurdly() {
    const auto offer = some_offer();
    if (!offer) return;
    world_.coverage.saw("lie: absurd upload");
    say(core::UploadAsked{.stream = stream_,
                          .lease = offer->lease,
                          .sha256 = {},
                          .size = world_.chance.one_in(2) ? 0 : ~std::uint64_t{0},
                          .stored = false});
}

void Liar::send_too_early() {
    if (held_.empty()) return;
    world_.coverage.saw("lie: result while it renders");
    say(result_of(*held_.begin()->second.offer));
}

}  // namespace gotong::simulation
