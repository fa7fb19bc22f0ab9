// What every store promises of what is let go of after some time: pictures, prompts, blobs.
#include <catch2/catch_test_macros.hpp>

#include "tests/contract/any_store.h"
#include "tests/contract/samples.h"

namespace gotong::store {
namespace {

using Numbers = std::vector<std::uint8_t>;

// Of account 1, done at `ended` with the picture `digest`.
job::Job ended_job(std::uint8_t n, std::int64_t ended, std::uint8_t digest) {
    job::Job job = sample_job(n);
    job.state = job::State::done;
    job.picture = {.sha256 = digest_of(digest), .size = 5, .bundle = "{}"};
    job.ended = at(ended);
    return job;
}

Numbers jobs_in(const std::vector<KeptPicture>& pictures) {
    Numbers numbers;
    for (const KeptPicture& picture : pictures) numbers.push_back(picture.job.bytes.front());
    return numbers;
}

Numbers jobs_in(const std::vector<JobId>& jobs) {
    Numbers numbers;
    for (const JobId& job : jobs) numbers.push_back(job.bytes.front());
    return numbers;
}

TEST_CASE("pictures and prompts are let go of in the order in which their jobs ended, each once") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(sample_job(1));  // Open.
        t.insert(ended_job(2, 30, 2));
        t.insert(ended_job(3, 10, 3));
        t.insert(sample_job(4));
        job::Job failed = sample_job(4);
        failed.state = job::State::failed;
        failed.ended = at(20);
        t.update(failed);
    });
    store.commit([](Transaction& t) {
        CHECK(jobs_in(t.pictures_until(at(30), 9)) == Numbers{3, 2});
        CHECK(jobs_in(t.pictures_until(at(29), 9)) == Numbers{3});
        CHECK(jobs_in(t.pictures_until(at(30), 1)) == Numbers{3});
        CHECK(jobs_in(t.bodies_until(at(30), 9)) == Numbers{3, 4, 2});
        CHECK(jobs_in(t.bodies_until(at(30), 2)) == Numbers{3, 4});
        t.remove_picture(id_of<JobId>(3), at(40));
        t.remove_body(id_of<JobId>(4), at(41));
    });
    const auto t = store.begin();
    CHECK(jobs_in(t->pictures_until(at(30), 9)) == Numbers{2});
    CHECK(jobs_in(t->bodies_until(at(30), 9)) == Numbers{3, 2});
    const auto without_picture = t->find_job(id_of<JobId>(3));
    CHECK(without_picture->picture_removed == at(40));
    CHECK(without_picture->picture.bundle == "{}");
    CHECK(without_picture->spec.prompt == sample_job(3).spec.prompt);
    const auto without_body = t->find_job(id_of<JobId>(4));
    CHECK(without_body->body_removed == at(41));
    CHECK(without_body->spec.prompt.empty());
    CHECK(without_body->spec.negative_prompt.empty());
    CHECK(without_body->prompt_salt.empty());
    CHECK(without_body->failure == sample_job(4).failure);
}

TEST_CASE("an update of an ended job brings back nothing that was let go of") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(ended_job(1, 10, 1));
        t.remove_picture(id_of<JobId>(1), at(20));
        t.update(ended_job(1, 10, 1));
    });
    CHECK(store.begin()->find_job(id_of<JobId>(1))->picture_removed == at(20));
    CHECK(store.begin()->pictures_until(at(30), 9).empty());
}

TEST_CASE("a picture is kept as long as one job has it") {
    AnyStore store;
    store.commit([](Transaction& t) {
        insert_parents(t);
        t.insert(ended_job(1, 10, 7));
        t.insert(ended_job(2, 20, 7));
        t.remove_picture(id_of<JobId>(1), at(30));
    });
    CHECK(store.begin()->is_picture_kept(digest_of(7)));
    CHECK_FALSE(store.begin()->is_picture_kept(digest_of(8)));
    store.commit([](Transaction& t) { t.remove_picture(id_of<JobId>(2), at(30)); });
    CHECK_FALSE(store.begin()->is_picture_kept(digest_of(7)));
}

TEST_CASE("a doomed blob is remembered until it was seen to be gone, and for a while after") {
    AnyStore store;
    const auto doomed = [&] { return store.begin()->doomed_blobs(9); };
    store.commit([](Transaction& t) {
        for (std::uint8_t n = 1; n <= 3; ++n) t.doom_blob(digest_of(n));
        CHECK(t.spare_blob(digest_of(2)));
        CHECK_FALSE(t.spare_blob(digest_of(9)));
    });
    CHECK(doomed() == std::vector{digest_of(1), digest_of(3)});
    CHECK(store.begin()->doomed_blobs(1).size() == 1);
    CHECK(store.begin()->is_doomed(digest_of(1)));
    CHECK_FALSE(store.begin()->is_doomed(digest_of(2)));
    store.commit([](Transaction& t) { t.note_blob_removed(digest_of(1), at(50)); });
    CHECK(doomed() == std::vector{digest_of(3)});
    CHECK_FALSE(store.begin()->is_doomed(digest_of(1)));
    store.commit([](Transaction& t) {
        t.forget_removed_blobs(at(49));
        CHECK(t.spare_blob(digest_of(1)));  // Still known, though gone.
        t.note_blob_removed(digest_of(3), at(50));
        t.forget_removed_blobs(at(50));
        CHECK_FALSE(t.spare_blob(digest_of(3)));
    });
    store.commit([](Transaction& t) {
        t.doom_blob(digest_of(4));
        t.note_blob_removed(digest_of(4), at(60));
        t.doom_blob(digest_of(4));  // Uploaded again, and let go of again.
    });
    CHECK(doomed() == std::vector{digest_of(4)});
}

}  // namespace
}  // namespace gotong::store
