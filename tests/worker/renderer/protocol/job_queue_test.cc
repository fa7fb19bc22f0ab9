// The queue between reader and painter, from one thread and from two.
#include "worker/renderer/protocol/job_queue.h"

#include <catch2/catch_test_macros.hpp>
#include <thread>

namespace gotong::renderer {
namespace {

RenderJob job(Tag tag) {
    RenderJob made;
    made.tag = tag;
    return made;
}

TEST_CASE("jobs leave in the order in which they came") {
    JobQueue queue;
    for (const Tag tag : {5U, 3U, 9U}) REQUIRE(queue.push(job(tag)));
    for (const Tag tag : {5U, 3U, 9U}) {
        CHECK(queue.take({})->job.tag == tag);
        queue.finish(tag);
    }
}

TEST_CASE("a waiting job that is cancelled is gone") {
    JobQueue queue;
    REQUIRE(queue.push(job(1)));
    REQUIRE(queue.push(job(2)));
    CHECK(queue.cancel(1));
    CHECK_FALSE(queue.cancel(1));
    CHECK(queue.take({})->job.tag == 2);
}

TEST_CASE("the job under way is told to stop, and no other") {
    JobQueue queue;
    REQUIRE(queue.push(job(1)));
    const auto first = queue.take({});
    CHECK_FALSE(queue.cancel(7));
    CHECK_FALSE(first->stop.stop_requested());
    CHECK_FALSE(queue.cancel(1));
    CHECK(first->stop.stop_requested());
    queue.finish(1);
    REQUIRE(queue.push(job(2)));
    CHECK_FALSE(queue.take({})->stop.stop_requested());
}

TEST_CASE("a tag in use is refused until its job is finished") {
    JobQueue queue;
    REQUIRE(queue.push(job(1)));
    CHECK(queue.push(job(1)).error().code == ErrorCode::already_exists);
    REQUIRE(queue.take({}));
    CHECK(queue.push(job(1)).error().code == ErrorCode::already_exists);
    queue.finish(1);
    CHECK(queue.push(job(1)));
}

TEST_CASE("of several jobs under way only the one that is cancelled is told to stop") {
    JobQueue queue;
    REQUIRE(queue.push(job(1)));
    REQUIRE(queue.push(job(2)));
    const auto first = queue.take({});
    const auto second = queue.take({});
    CHECK_FALSE(queue.cancel(2));
    CHECK(second->stop.stop_requested());
    CHECK_FALSE(first->stop.stop_requested());
    queue.clear();
    CHECK(first->stop.stop_requested());
}

TEST_CASE("who fits is taken in order, and past others only when that is wanted") {
    JobQueue queue;
    for (const Tag tag : {1U, 2U, 4U}) REQUIRE(queue.push(job(tag)));
    const auto is_even = [](const RenderJob& it) { return it.tag % 2 == 0; };
    CHECK_FALSE(queue.take_if(JobQueue::Whom::only_the_first, is_even));
    CHECK(queue.take_if(JobQueue::Whom::anybody, is_even)->job.tag == 2);
    CHECK(queue.take({})->job.tag == 1);
    CHECK(queue.take_if(JobQueue::Whom::only_the_first, is_even)->job.tag == 4);
    CHECK_FALSE(queue.take_if(JobQueue::Whom::anybody, is_even));
}

TEST_CASE("a job that is put back comes first and fits nowhere") {
    JobQueue queue;
    REQUIRE(queue.push(job(1)));
    REQUIRE(queue.push(job(2)));
    const auto taken = queue.take({});
    CHECK_FALSE(taken->is_alone);
    REQUIRE(queue.put_back(taken->job));
    CHECK_FALSE(queue.take_if(JobQueue::Whom::only_the_first, [](const auto&) { return true; }));
    const auto again = queue.take({});
    CHECK(again->job.tag == 1);
    CHECK(again->is_alone);
}

TEST_CASE("a job that was cancelled while it was under way is not put back") {
    JobQueue queue;
    REQUIRE(queue.push(job(1)));
    const auto taken = queue.take({});
    CHECK_FALSE(queue.cancel(1));
    CHECK_FALSE(queue.put_back(taken->job));
}

TEST_CASE("no more than the limit wait") {
    JobQueue queue;
    for (Tag tag = 0; tag < kMaxWaiting; ++tag) REQUIRE(queue.push(job(tag)));
    CHECK(queue.push(job(kMaxWaiting)).error().code == ErrorCode::resource_exhausted);
}

TEST_CASE("who waits for a job gets one that comes later") {
    JobQueue queue;
    std::thread painter([&] { CHECK(queue.take({})->job.tag == 4); });
    REQUIRE(queue.push(job(4)));
    painter.join();
}

TEST_CASE("who waits leaves when told to") {
    JobQueue queue;
    std::jthread painter([&](const std::stop_token& stop) { CHECK_FALSE(queue.take(stop)); });
    painter.request_stop();
}

}  // namespace
}  // namespace gotong::renderer
