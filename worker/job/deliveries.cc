#include "worker/job/deliveries.h"

#include <algorithm>

#include "common/backoff/backoff.h"

namespace gotong::worker {
namespace {

// A pool that answers at all answers within this; a grant or an ack may wait for a slow disk.
constexpr auto kAnswerWithin = 15s;
// A pool that is still looking at a result may ask for it once more; that is no loss.
constexpr auto kResendGrace = 5s;
constexpr Backoff kRetry{.first = 1s, .most = 60s};

// Spreads the retries of many workers without a random number: job ids end in random bytes.
double jitter(const Lease& lease) { return lease.job.bytes.back() / 256.0; }

}  // namespace

void Deliveries::add(const KeptResult& result, Monotonic now) {
    deliveries_[result.lease] = {.kept = result.kept, .stage = Stage::waiting, .due = now};
}

void Deliveries::remove(const Lease& lease) { deliveries_.erase(lease); }

void Deliveries::start_over(Monotonic now) {
    for (auto& [lease, delivery] : deliveries_) {
        if (delivery.stage == Stage::uploading) continue;
        delivery.stage = Stage::waiting;
        delivery.due = now;
    }
}

void Deliveries::send_again(const Lease& lease, Monotonic now) {
    const auto found = deliveries_.find(lease);
    if (found == deliveries_.end()) return;
    Delivery& delivery = found->second;
    const bool is_fresh = now < delivery.due - kAnswerWithin + kResendGrace;
    if (delivery.stage != Stage::reported || is_fresh) return;
    delivery.stage = Stage::waiting;
    delivery.due = now;
}

void Deliveries::granted(const UploadGranted& grant, Monotonic now, Actions& out) {
    const auto found = deliveries_.find(grant.lease);
    if (found == deliveries_.end() || found->second.stage != Stage::asked) return;
    if (grant.stored) return report(grant.lease, found->second, now, out);
    found->second.stage = Stage::uploading;
    out.push_back(StartUpload{grant.lease, grant.url});
}

void Deliveries::upload_ended(const UploadEnded& ended, Monotonic now, Actions& out) {
    const auto found = deliveries_.find(ended.lease);
    if (found == deliveries_.end() || found->second.stage != Stage::uploading) return;
    Delivery& delivery = found->second;
    if (ended.result) return report(ended.lease, delivery, now, out);
    delivery.stage = Stage::waiting;
    delivery.due = now + backoff_delay(kRetry, ++delivery.failures, jitter(ended.lease));
    out.push_back(
        Tell{true, "upload failed, trying again", ended.lease, ended.result.error().message});
}

void Deliveries::report(const Lease& lease, Delivery& delivery, Monotonic now, Actions& out) {
    delivery.stage = Stage::reported;
    delivery.due = now + kAnswerWithin;
    out.push_back(SendResult{lease, delivery.kept});
}

void Deliveries::pump(Monotonic now, Actions& out) {
    for (auto& [lease, delivery] : deliveries_) {
        if (delivery.stage == Stage::uploading || now < delivery.due) continue;
        delivery.stage = Stage::asked;
        delivery.due = now + kAnswerWithin;
        out.push_back(SendProgress{.lease = lease, .phase = Phase::uploading});
        out.push_back(SendUploadRequest{lease, delivery.kept.sha256, delivery.kept.size});
    }
}

std::vector<Lease> Deliveries::leases() const {
    std::vector<Lease> leases;
    for (const auto& [lease, delivery] : deliveries_) leases.push_back(lease);
    return leases;
}

Monotonic Deliveries::deadline() const {
    Monotonic soonest = Monotonic::max();
    for (const auto& [lease, delivery] : deliveries_) {
        if (delivery.stage != Stage::uploading) soonest = std::min(soonest, delivery.due);
    }
    return soonest;
}

}  // namespace gotong::worker
