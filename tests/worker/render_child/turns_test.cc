// Who may go into the renderer. A stop that was requested before makes enter() a question.
#include "worker/render_child/turns.h"

#include <catch2/catch_test_macros.hpp>
#include <thread>

namespace gotong::render_child {
namespace {

using Company = Turns::Company;

bool could_enter(Turns& turns, Company company) {
    std::stop_source at_once;
    at_once.request_stop();
    const bool entered = turns.enter(company, at_once.get_token());
    if (entered) turns.leave();
    return entered;
}

TEST_CASE("first tries go in together, a second one only when nobody is inside") {
    Turns turns;
    REQUIRE(turns.enter(Company::others, {}));
    REQUIRE(turns.enter(Company::others, {}));
    CHECK_FALSE(could_enter(turns, Company::nobody));
    turns.leave();
    CHECK_FALSE(could_enter(turns, Company::nobody));
    turns.leave();
    CHECK(could_enter(turns, Company::nobody));
}

TEST_CASE("nobody joins one who is alone") {
    Turns turns;
    REQUIRE(turns.enter(Company::nobody, {}));
    CHECK_FALSE(could_enter(turns, Company::others));
    CHECK_FALSE(could_enter(turns, Company::nobody));
    turns.leave();
    CHECK(could_enter(turns, Company::others));
}

TEST_CASE("who waits to be alone is not kept waiting by later first tries") {
    Turns turns;
    REQUIRE(turns.enter(Company::others, {}));
    std::thread second_try([&] {
        CHECK(turns.enter(Company::nobody, {}));
        turns.leave();
    });
    while (could_enter(turns, Company::others)) std::this_thread::yield();  // Until it waits.
    turns.leave();
    second_try.join();
    CHECK(could_enter(turns, Company::others));
}

TEST_CASE("one that is stopped while it waits to be alone lets the others in again") {
    Turns turns;
    REQUIRE(turns.enter(Company::others, {}));
    CHECK_FALSE(could_enter(turns, Company::nobody));
    CHECK(could_enter(turns, Company::others));
    turns.leave();
}

}  // namespace
}  // namespace gotong::render_child
