// Who goes when there is no room, and what holds whatever is asked of a shelf.
#include "worker/engine/memory/shelf.h"

#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>

namespace gotong::memory {
namespace {

using Names = std::vector<std::string>;

Shelf three(std::uint64_t budget) {
    Shelf shelf{budget};
    shelf.use("a", 10);
    shelf.use("b", 20);
    shelf.use("c", 30);
    return shelf;
}

TEST_CASE("the models used longest ago go, and no more of them than they must") {
    Shelf shelf = three(100);
    CHECK(shelf.make_room(40, "").empty());
    CHECK(shelf.make_room(41, "") == Names{"a"});
    CHECK(shelf.make_room(80, "") == Names{"b", "c"});
}

TEST_CASE("using a model saves it from going first") {
    Shelf shelf = three(60);
    shelf.use("a", 10);
    CHECK(shelf.make_room(20, "") == Names{"b"});
    CHECK(shelf.names() == Names{"c", "a"});
}

TEST_CASE("the model in use stays, however little room there is") {
    Shelf shelf = three(60);
    CHECK(shelf.make_room(1'000, "a") == Names{"b", "c"});
    CHECK(shelf.names() == Names{"a"});
    CHECK(three(0).clear("b") == Names{"a", "c"});
}

TEST_CASE("a model that is put where it stands has its new size") {
    Shelf shelf = three(100);
    shelf.use("c", 5);
    CHECK(shelf.bytes() == 35);
    shelf.remove("b");
    CHECK(shelf.bytes() == 15);
}

// Uses models in any order, making room before each that is new, as the painter does.
TEST_CASE("whatever is used, the budget holds unless a single model exceeds it") {
    CHECK(rc::check([] {
        const auto budget = *rc::gen::inRange<std::uint64_t>(0, 100);
        const auto uses = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
        Shelf shelf{budget};
        std::vector<std::string> last_used;  // The newest at the end.
        for (const int use : uses) {
            const std::string name(1, static_cast<char>('a' + use));
            const std::uint64_t bytes = 7 * static_cast<std::uint64_t>(use) + 1;
            const Names before = shelf.names();
            if (!std::ranges::count(before, name)) {
                const Names gone = shelf.make_room(bytes, "");
                RC_ASSERT(std::equal(gone.begin(), gone.end(), before.begin()));
            }
            shelf.use(name, bytes);
            std::erase(last_used, name);
            last_used.push_back(name);
            const Names held = shelf.names();
            RC_ASSERT(std::equal(held.rbegin(), held.rend(), last_used.rbegin()));
            RC_ASSERT(shelf.bytes() <= budget || held.size() == 1);
        }
    }));
}

}  // namespace
}  // namespace gotong::memory
