// What is let go of after some time: pictures, prompts, blobs.
#include "coordinator/store/memory/transaction.h"

namespace gotong::store {
namespace {

bool has_picture(const job::Job& job) {
    return job.state == job::State::done && !job.picture_removed;
}

bool has_body(const job::Job& job) { return job.ended && !job.body_removed; }

}  // namespace

void MemoryTransaction::index_retention(const StoredJob& stored, bool is_there) {
    const job::Job& job = stored.job;
    if (has_body(job)) {
        const EndKey key{*job.ended, stored.order};
        is_there ? journal_.put(tables_.bodies_by_end, key, job.id)
                 : journal_.erase(tables_.bodies_by_end, key);
    }
    if (!has_picture(job)) return;
    const EndKey key{job.ended.value_or(WallTime{}), stored.order};
    is_there ? journal_.put(tables_.pictures_by_end, key, job.id)
             : journal_.erase(tables_.pictures_by_end, key);
    const auto kept = tables_.kept_pictures.find(job.picture.sha256);
    const std::uint64_t before = kept == tables_.kept_pictures.end() ? 0 : kept->second;
    journal_.put(tables_.kept_pictures, job.picture.sha256, is_there ? before + 1 : before - 1);
}

void MemoryTransaction::replace(const StoredJob& before, const job::Job& after) {
    index_retention(before, false);
    const StoredJob stored{after, before.order};
    journal_.put(tables_.jobs, after.id, stored);
    index_retention(stored, true);
}

std::vector<KeptPicture> MemoryTransaction::pictures_until(WallTime ended, std::uint32_t most) {
    std::vector<KeptPicture> pictures;
    for (const auto& [key, id] : tables_.pictures_by_end) {
        if (key.first > ended || pictures.size() == most) break;
        pictures.push_back({.job = id, .sha256 = tables_.jobs.at(id).job.picture.sha256});
    }
    return pictures;
}

std::vector<JobId> MemoryTransaction::bodies_until(WallTime ended, std::uint32_t most) {
    std::vector<JobId> jobs;
    for (const auto& [key, id] : tables_.bodies_by_end) {
        if (key.first > ended || jobs.size() == most) break;
        jobs.push_back(id);
    }
    return jobs;
}

void MemoryTransaction::remove_picture(JobId id, WallTime at) {
    const StoredJob before = tables_.jobs.at(id);
    job::Job job = before.job;
    job.picture_removed = at;
    replace(before, job);
}

void MemoryTransaction::remove_body(JobId id, WallTime at) {
    const StoredJob before = tables_.jobs.at(id);
    job::Job job = before.job;
    job.spec.prompt.clear();
    job.spec.negative_prompt.clear();
    job.prompt_salt.clear();
    job.body_removed = at;
    replace(before, job);
}

bool MemoryTransaction::is_picture_kept(const Digest& sha256) {
    const auto kept = tables_.kept_pictures.find(sha256);
    return kept != tables_.kept_pictures.end() && kept->second > 0;
}

void MemoryTransaction::doom_blob(const Digest& sha256) {
    journal_.put(tables_.doomed_blobs, sha256, std::nullopt);
}

bool MemoryTransaction::spare_blob(const Digest& sha256) {
    if (!tables_.doomed_blobs.contains(sha256)) return false;
    journal_.erase(tables_.doomed_blobs, sha256);
    return true;
}

bool MemoryTransaction::is_doomed(const Digest& sha256) {
    const auto doomed = tables_.doomed_blobs.find(sha256);
    return doomed != tables_.doomed_blobs.end() && !doomed->second;
}

std::vector<Digest> MemoryTransaction::doomed_blobs(std::uint32_t most) {
    std::vector<Digest> blobs;
    for (const auto& [sha256, removed] : tables_.doomed_blobs) {
        if (blobs.size() == most) break;
        if (!removed) blobs.push_back(sha256);
    }
    return blobs;
}

void MemoryTransaction::note_blob_removed(const Digest& sha256, WallTime at) {
    if (tables_.doomed_blobs.contains(sha256)) journal_.put(tables_.doomed_blobs, sha256, at);
}

void MemoryTransaction::forget_removed_blobs(WallTime until) {
    std::vector<Digest> old;
    for (const auto& [sha256, removed] : tables_.doomed_blobs) {
        if (removed && *removed <= until) old.push_back(sha256);
    }
    for (const Digest& sha256 : old) journal_.erase(tables_.doomed_blobs, sha256);
}

}  // namespace gotong::store
