// A pool that listens on every address: TLS with a certificate of its own, pinned by worker and
// creator alike, for gRPC and for pictures.
#include <catch2/catch_test_macros.hpp>

#include "tests/e2e/local_pool.h"

namespace gotong::test {
namespace {

TEST_CASE("beyond loopback the pool speaks TLS, and pictures travel by it") {
    LocalPool pool;
    pool.coordinator.reset();
    pool.start_coordinator({"--listen", "0.0.0.0:0", "--http", "0.0.0.0:0"});
    pool.join_worker();
    pool.start_worker();
    const auto picture = pool.file("apple.png");

    // Not through the pool's folder: as somebody who has the address and a token only.
    const Finished rendered =
        run({binary("gotong"), "render", "a red apple", "--steps", "4", "--out", picture.string(),
             "--coordinator", pool.grpc_address(), "--token", pool.token()},
            pool.environment());
    INFO(rendered.out << rendered.err << pool.worker->output());
    REQUIRE(rendered.status == 0);
    CHECK(pool.gotong({"verify", picture.string()}).status == 0);

    // Up to the pool, and down to the worker.
    const auto begun = pool.file("begun.png");
    const Finished begins = run(
        {binary("gotong"), "render", "a green apple", "--steps", "4", "--from", picture.string(),
         "--out", begun.string(), "--coordinator", pool.grpc_address(), "--token", pool.token()},
        pool.environment());
    INFO(begins.out << begins.err << pool.worker->output());
    REQUIRE(begins.status == 0);
    CHECK(pool.gotong({"verify", begun.string(), "--from", picture.string()}).status == 0);
}

}  // namespace
}  // namespace gotong::test
