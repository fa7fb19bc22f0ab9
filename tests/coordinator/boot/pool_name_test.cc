#include "coordinator/boot/pool_name.h"

#include <catch2/catch_test_macros.hpp>

#include "common/text/plain_name.h"
#include "coordinator/store/memory/memory_store.h"

namespace gotong::boot {
namespace {

TEST_CASE("a pool keeps the name of its first start") {
    store::MemoryStore store;
    CHECK(name_of_pool(store, "harbour") == "harbour");
    CHECK(name_of_pool(store, "") == "harbour");
    CHECK(name_of_pool(store, "harbour") == "harbour");
}

TEST_CASE("another name is refused with the one that the receipts carry") {
    store::MemoryStore store;
    REQUIRE(name_of_pool(store, "harbour"));
    const auto renamed = name_of_pool(store, "quay");
    REQUIRE_FALSE(renamed);
    CHECK(renamed.error().code == ErrorCode::invalid_argument);
    CHECK(renamed.error().message.find("harbour") != std::string::npos);
    CHECK(name_of_pool(store, "") == "harbour");
}

TEST_CASE("a pool that was not named gets a name of its own, and keeps it") {
    store::MemoryStore one, other;
    const auto name = name_of_pool(one, "");
    REQUIRE(name);
    CHECK(text::is_plain_name(*name));
    CHECK(name_of_pool(one, "") == *name);
    CHECK(name_of_pool(other, "") != *name);
}

}  // namespace
}  // namespace gotong::boot
