// Off loopback there is TLS, always: with a certificate that the coordinator made for itself and
// puts into its invites, or with the operator's.
#include <grpcpp/create_channel.h>

#include <catch2/catch_test_macros.hpp>

#include "common/certificate/certificate.h"
#include "common/file/file.h"
#include "common/invite/invite.h"
#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

std::string port_of(const std::string& address) { return address.substr(address.rfind(':')); }

std::string certificate_of(const RunningPool& pool) {
    return file::read_small(pool.data() / "tls" / "certificate.pem", 1 << 16).value();
}

// What a client does that has learned the fingerprint from an invite.
std::shared_ptr<grpc::Channel> pinned_channel(const RunningPool& pool, const std::string& pem) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = pem;
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride(std::string(invite::kPoolCertificateName));
    return grpc::CreateCustomChannel("127.0.0.1" + port_of(pool.grpc_address()),
                                     grpc::SslCredentials(options), arguments);
}

grpc::Status get_pool(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{5});
    v1::GetPoolResponse response;
    return v1::CreatorService::Stub(channel).GetPool(&context, {}, &response);
}

TEST_CASE("on every address the coordinator speaks TLS only, with the certificate of its invites") {
    RunningPool pool({"--listen", "0.0.0.0:0", "--public-address", "pool.example:7436"});
    CHECK(pool.tls());
    const std::string pem = certificate_of(pool);
    CHECK(get_pool(pinned_channel(pool, pem)).ok());
    CHECK_FALSE(get_pool(grpc::CreateChannel("127.0.0.1" + port_of(pool.grpc_address()),
                                             grpc::InsecureChannelCredentials()))
                    .ok());
    const auto invite = invite::decode(pool.new_invite());
    REQUIRE(invite);
    CHECK(invite->address == "pool.example:7436");
    CHECK(invite->fingerprint == certificate::fingerprint(pem).value());
    CHECK_FALSE(invite->web_trusted);
}

TEST_CASE("an invite of a pool on every address names one that others can dial") {
    RunningPool pool({"--listen", "0.0.0.0:0"});
    const auto invite = invite::decode(pool.new_invite());
    REQUIRE(invite);
    CHECK_FALSE(invite->address.starts_with("0.0.0.0"));
    CHECK(port_of(invite->address) == port_of(pool.grpc_address()));
}

TEST_CASE("its own certificate stays the same over restarts, so that pins hold") {
    RunningPool pool({"--listen", "0.0.0.0:0"});
    const std::string before = certificate_of(pool);
    pool.kill();
    pool.restart();
    CHECK(certificate_of(pool) == before);
}

TEST_CASE("a whole job goes over TLS, the picture's upload included") {
    RunningPool pool({"--listen", "0.0.0.0:0", "--http", "0.0.0.0:0"});
    pool.add_test_model();
    const auto channel = pinned_channel(pool, certificate_of(pool));
    ScriptedWorker worker(channel, pool.new_invite());
    REQUIRE(worker.enrol().ok());
    v1::SubmitResponse submitted;
    REQUIRE(v1::CreatorService::Stub(channel)
                .Submit(call_as(pool.operator_token()).get(), a_request(), &submitted)
                .ok());
    REQUIRE(worker.connect());
    const auto offer = worker.hear_offer();
    REQUIRE(offer);
    const auto ack = worker.do_job(*offer);
    REQUIRE(ack);
    CHECK(ack->verdict() == v1::ResultAck::VERDICT_ACCEPTED);
}

TEST_CASE("the operator's certificate is served, on loopback too") {
    const TempDir dir;
    const certificate::Certificate made = certificate::make_self_signed({"pool.example"});
    REQUIRE(file::create_durable(dir / "c.pem", made.chain_pem, file::Access::owner_only));
    REQUIRE(file::create_durable(dir / "k.pem", made.key_pem, file::Access::owner_only));
    RunningPool pool(
        {"--tls-cert", (dir / "c.pem").string(), "--tls-key", (dir / "k.pem").string()});
    CHECK(pool.tls());
    const auto invite = invite::decode(pool.new_invite());
    REQUIRE(invite);
    CHECK(invite->fingerprint == certificate::fingerprint(made.chain_pem).value());
}

TEST_CASE("a certificate without its key, or with another's, is refused at the start") {
    const TempDir dir;
    const certificate::Certificate made = certificate::make_self_signed({"pool.example"});
    const certificate::Certificate other = certificate::make_self_signed({"pool.example"});
    REQUIRE(file::create_durable(dir / "c.pem", made.chain_pem, file::Access::owner_only));
    REQUIRE(file::create_durable(dir / "k.pem", other.key_pem, file::Access::owner_only));
    const auto start = [&](std::vector<std::string> flags) {
        std::vector<std::string> command{GOTONG_BIN_DIR "/gotong-coordinator",
                                         "--data",
                                         (dir / "pool").string(),
                                         "--listen",
                                         "127.0.0.1:0",
                                         "--http",
                                         "127.0.0.1:0"};
        command.insert(command.end(), flags.begin(), flags.end());
        const Finished finished = run(command);
        CHECK(finished.status != 0);
        return finished.err;
    };
    const std::string cert = (dir / "c.pem").string();
    CHECK(start({"--tls-cert", cert}).find("go together") != std::string::npos);
    CHECK(start({"--tls-cert", cert, "--tls-key", (dir / "k.pem").string()})
              .find("another certificate") != std::string::npos);
}

}  // namespace
}  // namespace gotong::test
