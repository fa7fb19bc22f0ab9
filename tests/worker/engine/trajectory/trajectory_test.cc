// The leaf's bytes and the root, worked out by hand and by Python's hashlib.
#include "worker/engine/trajectory/trajectory.h"

#include <array>
#include <catch2/catch_test_macros.hpp>

namespace gotong::engine {
namespace {

constexpr std::array<std::int64_t, 4> kShape{1, 1, 1, 2};

TEST_CASE("a leaf is its tag, index, shape and values, byte by byte") {
    const std::array<float, 2> values{0.5F, 0.25F};
    CHECK(crypto::to_hex(as_bytes(trajectory_leaf(1, {values, kShape}))) ==
          "676c31"                            // "gl1"
          "00000001"                          // Index, big-endian.
          "00000004"                          // Rank.
          "00000001000000010000000100000002"  // Shape.
          "0000003f0000803e");                // 0.5 and 0.25, little-endian.
}

TEST_CASE("the root is RFC 6962's over the leaves in order") {
    constexpr std::array<std::array<float, 2>, 3> kLatents{
        {{1.0F, -2.5F}, {0.5F, 0.25F}, {-0.0F, 3.0F}}};
    Trajectory trajectory;
    for (const auto& values : kLatents) trajectory.add({values, kShape});
    CHECK(trajectory.leaves() == 3);
    CHECK(crypto::to_hex(trajectory.root()) ==
          "396e80f7d4aa427890c1f67f3effef8218890a290d4ebb394efcb67fecadc48a");
}

TEST_CASE("the sign of a zero, the shape and the order all change the root") {
    const auto root_of = [](std::array<float, 2> a, std::array<float, 2> b,
                            std::array<std::int64_t, 4> shape) {
        Trajectory trajectory;
        trajectory.add({a, shape});
        trajectory.add({b, shape});
        return trajectory.root();
    };
    const auto root = root_of({0.0F, 1.0F}, {2.0F, 3.0F}, kShape);
    CHECK(root_of({-0.0F, 1.0F}, {2.0F, 3.0F}, kShape) != root);
    CHECK(root_of({0.0F, 1.0F}, {2.0F, 3.0F}, {1, 1, 2, 1}) != root);
    CHECK(root_of({2.0F, 3.0F}, {0.0F, 1.0F}, kShape) != root);
}

}  // namespace
}  // namespace gotong::engine
