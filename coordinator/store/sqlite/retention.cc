// What is let go of after some time: pictures, prompts, blobs.
#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/sqlite/transaction.h"

namespace gotong::sqlite {

std::vector<store::KeptPicture> Transaction::pictures_until(WallTime ended, std::uint32_t most) {
    Query query(database_,
                "SELECT id, picture_sha256 FROM job INDEXED BY job_picture_by_end "
                "WHERE state = 3 AND picture_removed IS NULL AND ended <= ? "
                "ORDER BY ended, row LIMIT ?",
                ended, most);
    std::vector<store::KeptPicture> pictures;
    while (query.next()) {
        pictures.push_back({.job = query.take<JobId>(), .sha256 = query.take<crypto::Digest>()});
    }
    return pictures;
}

std::vector<JobId> Transaction::bodies_until(WallTime ended, std::uint32_t most) {
    Query query(database_,
                "SELECT id FROM job INDEXED BY job_body_by_end "
                "WHERE body_removed IS NULL AND ended <= ? ORDER BY ended, row LIMIT ?",
                ended, most);
    std::vector<JobId> jobs;
    while (query.next()) jobs.push_back(query.take<JobId>());
    return jobs;
}

void Transaction::remove_picture(JobId job, WallTime at) {
    Query(database_, "UPDATE job SET picture_removed = ? WHERE id = ?", at, job).run();
}

void Transaction::remove_body(JobId job, WallTime at) {
    Query(database_,
          "UPDATE job SET prompt = '', negative_prompt = '', prompt_salt = x'', body_removed = ? "
          "WHERE id = ?",
          at, job)
        .run();
}

bool Transaction::is_picture_kept(const crypto::Digest& sha256) {
    Query query(database_,
                "SELECT 1 FROM job INDEXED BY job_by_picture "
                "WHERE picture_sha256 = ? AND state = 3 AND picture_removed IS NULL LIMIT 1",
                sha256);
    return query.next();
}

void Transaction::doom_blob(const crypto::Digest& sha256) {
    Query(database_, "INSERT OR REPLACE INTO doomed_blob VALUES (?, NULL)", sha256).run();
}

bool Transaction::spare_blob(const crypto::Digest& sha256) {
    Query(database_, "DELETE FROM doomed_blob WHERE sha256 = ?", sha256).run();
    return database_.changes() == 1;
}

bool Transaction::is_doomed(const crypto::Digest& sha256) {
    Query query(database_, "SELECT 1 FROM doomed_blob WHERE sha256 = ? AND removed IS NULL",
                sha256);
    return query.next();
}

std::vector<crypto::Digest> Transaction::doomed_blobs(std::uint32_t most) {
    Query query(database_,
                "SELECT sha256 FROM doomed_blob INDEXED BY doomed_blob_left "
                "WHERE removed IS NULL ORDER BY sha256 LIMIT ?",
                most);
    std::vector<crypto::Digest> blobs;
    while (query.next()) blobs.push_back(query.take<crypto::Digest>());
    return blobs;
}

void Transaction::note_blob_removed(const crypto::Digest& sha256, WallTime at) {
    Query(database_, "UPDATE doomed_blob SET removed = ? WHERE sha256 = ?", at, sha256).run();
}

void Transaction::forget_removed_blobs(WallTime until) {
    Query(database_, "DELETE FROM doomed_blob WHERE removed IS NOT NULL AND removed <= ?", until)
        .run();
}

}  // namespace gotong::sqlite
