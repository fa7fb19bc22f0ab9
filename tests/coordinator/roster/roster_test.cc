// One session for each worker, found by the stream that it speaks through now.
#include "coordinator/roster/roster.h"

#include <catch2/catch_test_macros.hpp>

namespace gotong::roster {
namespace {

using namespace std::chrono_literals;

const Monotonic kStart = Monotonic{} + 100h;

WorkerId worker_id(std::uint8_t n) {
    WorkerId id;
    id.bytes[0] = n;
    return id;
}

Session session(std::uint8_t worker, StreamId stream) {
    Session session;
    session.worker = worker_id(worker);
    session.stream = stream;
    session.last_heard = kStart;
    session.is_known = true;
    session.free_slots = 2;
    return session;
}

TEST_CASE("a session is found by worker and by stream") {
    Roster roster;
    roster.open(session(1, 10));
    roster.open(session(2, 20));
    CHECK(roster.find(worker_id(1))->stream == 10);
    CHECK(roster.of_stream(20)->worker == worker_id(2));
    CHECK(roster.of_stream(30) == nullptr);
    CHECK(roster.find(worker_id(3)) == nullptr);
}

TEST_CASE("a session that is opened replaces the worker's earlier one, stream and all") {
    Roster roster;
    roster.open(session(1, 10));
    roster.open(session(1, 11));
    CHECK(roster.sessions().size() == 1);
    CHECK(roster.of_stream(10) == nullptr);
    CHECK(roster.of_stream(11)->worker == worker_id(1));
}

TEST_CASE("what a stream's snapshot said is forgotten with the stream") {
    Roster roster;
    Session& here = roster.open(session(1, 10));
    here.outbox = {{JobId{}, 1}};
    roster.detach(here);
    CHECK(roster.of_stream(10) == nullptr);
    CHECK(roster.find(worker_id(1)) == &here);
    CHECK(!here.is_known);
    CHECK(here.free_slots == 0);
    CHECK(here.outbox.empty());
}

TEST_CASE("a session goes on through another stream") {
    Roster roster;
    Session& here = roster.open(session(1, 10));
    roster.attach(here, 11, kStart + 5s);
    CHECK(roster.of_stream(10) == nullptr);
    CHECK(roster.of_stream(11) == &here);
    CHECK(here.last_heard == kStart + 5s);
    CHECK(!here.is_known);
}

TEST_CASE("a closed session is gone by worker and by stream") {
    Roster roster;
    roster.open(session(1, 10));
    roster.close(worker_id(1));
    CHECK(roster.find(worker_id(1)) == nullptr);
    CHECK(roster.of_stream(10) == nullptr);
    roster.close(worker_id(1));
}

TEST_CASE("workers are silent from the very moment that their time is over") {
    Roster roster;
    roster.open(session(1, 10));
    roster.open(session(2, 20)).last_heard = kStart + 1s;
    CHECK(roster.silent(kStart + 74'999ms, 75s).empty());
    CHECK(roster.silent(kStart + 75s, 75s) == std::vector{worker_id(1)});
    CHECK(roster.silent(kStart + 76s, 75s).size() == 2);
}

}  // namespace
}  // namespace gotong::roster
