// The operator's door: a Unix socket that only the owner of the data folder can open.
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "common/invite/invite.h"
#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using grpc::StatusCode;

template <class Request, class Response>
grpc::Status ask(RunningPool& pool,
                 grpc::Status (v1::AdminService::Stub::*method)(grpc::ClientContext*,
                                                                const Request&, Response*),
                 const Request& request, Response& response) {
    auto stub = pool.admin();
    return (stub.*method)(call_as("").get(), request, &response);
}

TEST_CASE("socket, keys and token in the data folder are their owner's alone") {
    const RunningPool pool;
    for (const char* name :
         {"admin.sock", "pool.key", "presign.key", "creator.token", "gotong.db"}) {
        struct stat info {};
        INFO(name);
        REQUIRE(::lstat((pool.data() / name).c_str(), &info) == 0);
        CHECK((info.st_mode & 0077U) == 0);
    }
}

TEST_CASE("the operator's services are not to be had at the public address") {
    RunningPool pool;
    v1::AdminService::Stub outside(pool.channel());
    v1::CreateInviteResponse response;
    CHECK(outside.CreateInvite(call_as("").get(), {}, &response).error_code() ==
          StatusCode::UNIMPLEMENTED);
}

TEST_CASE("an invite carries address, key and name of the pool, and no fingerprint in the clear") {
    RunningPool pool({"--name", "harbour"});
    const auto invite = invite::decode(pool.new_invite());
    REQUIRE(invite);
    CHECK(invite->address == pool.grpc_address());
    CHECK(invite->pool_name == "harbour");
    CHECK_FALSE(invite->fingerprint);
}

TEST_CASE("an invite that would be valid for a year is refused") {
    RunningPool pool;
    v1::CreateInviteRequest request;
    request.set_valid_for_ms(365ULL * 24 * 3'600'000);
    v1::CreateInviteResponse response;
    CHECK(ask(pool, &v1::AdminService::Stub::CreateInvite, request, response).error_code() ==
          StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("an account has a plain name, a grant of its own, and can be revoked") {
    RunningPool pool({"--grant", "2.5"});
    v1::CreateTokenRequest request;
    v1::CreateTokenResponse token;
    request.set_account("Anna B");
    CHECK(ask(pool, &v1::AdminService::Stub::CreateToken, request, token).error_code() ==
          StatusCode::INVALID_ARGUMENT);
    request.set_account("anna");
    REQUIRE(ask(pool, &v1::AdminService::Stub::CreateToken, request, token).ok());
    CHECK(token.token().starts_with("gtc_"));
    request.set_account("ben");
    request.set_grant_micro_credits(7);
    REQUIRE(ask(pool, &v1::AdminService::Stub::CreateToken, request, token).ok());

    v1::RevokeTokenRequest revoke;
    revoke.set_account("ben");
    v1::RevokeTokenResponse revoked;
    REQUIRE(ask(pool, &v1::AdminService::Stub::RevokeToken, revoke, revoked).ok());
    v1::ListAccountsResponse accounts;
    REQUIRE(ask(pool, &v1::AdminService::Stub::ListAccounts, {}, accounts).ok());
    std::map<std::string, v1::ListAccountsResponse::Account> by_name;
    for (const auto& account : accounts.accounts()) by_name[account.name()] = account;
    CHECK(by_name.at("anna").available_micro_credits() == 2'500'000);
    CHECK(by_name.at("ben").available_micro_credits() == 7);
    CHECK(by_name.at("ben").revoked());
    CHECK_FALSE(by_name.at("anna").revoked());
    CHECK(by_name.contains("operator"));
}

TEST_CASE("a model is checked before it enters the catalogue") {
    RunningPool pool;
    v1::AddModelRequest request;
    request.mutable_model()->set_name("../evil");
    v1::AddModelResponse added;
    CHECK(ask(pool, &v1::AdminService::Stub::AddModel, request, added).error_code() ==
          StatusCode::INVALID_ARGUMENT);

    pool.add_test_model();
    v1::RemoveModelRequest remove;
    remove.set_name(kTestModel);
    v1::RemoveModelResponse removed;
    CHECK(ask(pool, &v1::AdminService::Stub::RemoveModel, remove, removed).ok());
    CHECK_FALSE(ask(pool, &v1::AdminService::Stub::RemoveModel, remove, removed).ok());
}

TEST_CASE("the list of workers says who is online and with what") {
    RunningPool pool;
    pool.add_test_model();
    ScriptedWorker worker(pool.channel(), pool.new_invite());
    REQUIRE(worker.enrol("attic pc").ok());
    REQUIRE(worker.connect());
    v1::ListWorkersResponse workers;
    const bool online = eventually(
        [&] {
            REQUIRE(ask(pool, &v1::AdminService::Stub::ListWorkers, {}, workers).ok());
            return workers.workers_size() == 1 && workers.workers(0).models_size() == 1;
        },
        std::chrono::seconds{10});
    REQUIRE(online);
    CHECK(workers.workers(0).name() == "attic pc");
    CHECK(workers.workers(0).online());
    CHECK(workers.workers(0).device() == "cpu");
    CHECK(workers.workers(0).models(0) == kTestModel);

    v1::GetPoolStatusResponse status;
    REQUIRE(ask(pool, &v1::AdminService::Stub::GetPoolStatus, {}, status).ok());
    CHECK(status.workers_online() == 1);
}

}  // namespace
}  // namespace gotong::test
