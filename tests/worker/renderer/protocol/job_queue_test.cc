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
        queue.finish();
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
    queue.finish();
    REQUIRE(queue.push(job(2)));
    CHECK_FALSE(queue.take({})->stop.stop_requested());
}

TEST_CASE("a tag in use is refused until its job is finished") {
    JobQueue queue;
    REQUIRE(queue.push(job(1)));
    CHECK(queue.push(job(1)).error().code == ErrorCode::already_exists);
    REQUIRE(queue.take({}));
    CHECK(queue.push(job(1)).error().code == ErrorCode::already_exists);
    queue.finish();
    CHECK(queue.push(job(1)));
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
