// Small words that scripts and people read: credits, exit codes, pool keys.
#include "coordinator/cli/report.h"

#include <catch2/catch_test_macros.hpp>

#include "coordinator/cli/command.h"
#include "coordinator/cli/pool_key.h"

namespace gotong::cli {
namespace {

TEST_CASE("credits are shown without superfluous zeros") {
    CHECK(credits_text(0) == "0");
    CHECK(credits_text(1'500'000) == "1.5");
    CHECK(credits_text(2'000'000) == "2");
    CHECK(credits_text(1) == "0.000001");
    CHECK(credits_text(-2'250'000) == "-2.25");
}

TEST_CASE("exit codes tell bad input, nobody there and refusals apart") {
    CHECK(exit_for(ErrorCode::invalid_argument) == Exit::usage);
    CHECK(exit_for(ErrorCode::not_found) == Exit::usage);
    CHECK(exit_for(ErrorCode::unavailable) == Exit::no_coordinator);
    CHECK(exit_for(ErrorCode::unauthenticated) == Exit::refused);
    CHECK(exit_for(ErrorCode::permission_denied) == Exit::refused);
    CHECK(exit_for(ErrorCode::resource_exhausted) == Exit::refused);
    CHECK(exit_for(ErrorCode::data_loss) == Exit::failed);
}

TEST_CASE("a pool key has one spelling") {
    const auto key = crypto::SigningKey::generate().public_key();
    const std::string text = pool_key_text(key);
    CHECK(text.size() == 44);
    CHECK(parse_pool_key(text) == key);
    CHECK_FALSE(parse_pool_key(text.substr(0, 43)));
    CHECK_FALSE(parse_pool_key(text + "\n"));
    CHECK_FALSE(parse_pool_key(pool_key_text({})));  // The zero point signs for everybody.
}

}  // namespace
}  // namespace gotong::cli
