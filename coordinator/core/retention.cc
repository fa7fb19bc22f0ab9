#include "coordinator/core/retention.h"

#include "coordinator/core/handlers.h"

namespace gotong::core {
namespace {

// Jobs in one step: some hundred microseconds. Ten steps a second are a million jobs in an hour.
constexpr std::uint32_t kBatch = 32;
constexpr std::uint32_t kAskedAtOnce = 256;
// For longer than a file that was found before it was removed can be on its way into a result.
constexpr std::chrono::minutes kSettled{10};

// Whether there may be more.
bool remove_pictures(Step& step) {
    const auto kept = step.state.policy.keep_pictures;
    if (kept == kForEver) return false;
    const auto due = step.store.pictures_until(step.now.wall - kept, kBatch);
    for (const store::KeptPicture& picture : due) {
        if (step.state.found_blobs.contains(picture.sha256)) continue;  // Some minutes later.
        step.store.remove_picture(picture.job, step.now.wall);
        if (!step.store.is_picture_kept(picture.sha256)) step.store.doom_blob(picture.sha256);
    }
    return due.size() == kBatch;
}

bool remove_bodies(Step& step) {
    const auto kept = step.state.policy.keep_jobs;
    if (kept == kForEver) return false;
    const auto due = step.store.bodies_until(step.now.wall - kept, kBatch);
    for (const JobId& job : due) step.store.remove_body(job, step.now.wall);
    return due.size() == kBatch;
}

// Of all that are left: a crash, or a disk that refused, may have come between them and their end.
void ask_for_removals(Step& step) {
    for (const Digest& sha256 : step.store.doomed_blobs(kAskedAtOnce)) {
        step.sends.push_back(RemoveBlob{sha256});
    }
    step.store.forget_removed_blobs(step.now.wall - kSettled);
    std::erase_if(step.state.found_blobs,
                  [&](const auto& found) { return found.second + kSettled < step.now.monotonic; });
}

}  // namespace

void remove_old_records(Step& step) {
    State& state = step.state;
    if (step.now.monotonic < state.next_retention) return;
    const bool pictures_left = remove_pictures(step);
    const bool bodies_left = remove_bodies(step);
    ask_for_removals(step);
    if (pictures_left || bodies_left) return;  // On with the next tick.
    state.next_retention = step.now.monotonic + state.policy.retention_sweep;
}

bool must_upload(Step& step, const UploadAsked& asked) {
    const bool was_doomed = step.store.spare_blob(asked.sha256);
    if (!asked.stored || was_doomed) return true;
    step.state.found_blobs[asked.sha256] = step.now.monotonic;
    return false;
}

bool keep_blob(Step& step, const Digest& sha256) {
    const bool is_there = step.store.is_doomed(sha256);
    const bool was_on_its_way = step.store.spare_blob(sha256);
    return is_there || !was_on_its_way;
}

void on(Step& step, const BlobRemoved& event) {
    step.store.note_blob_removed(event.sha256, step.now.wall);
}

}  // namespace gotong::core
