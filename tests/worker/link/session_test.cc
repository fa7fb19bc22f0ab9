// The session over real gRPC streams, against a pool that follows a script.
#include "worker/link/session.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <future>
#include <variant>

#include "common/receipt/dsse.h"
#include "tests/worker/link/fake_pool.h"
#include "worker/daemon/mailbox.h"
#include "worker/link/convert.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;

constexpr auto kSoon = 20s;  // Far above what a busy machine needs; reached only on failure.

struct Worker {
    crypto::SigningKey key = crypto::SigningKey::generate();
    daemon::Mailbox mailbox;

    std::unique_ptr<Session> connect(const FakePool& pool) {
        return std::make_unique<Session>(
            pool.endpoint(), key,
            Machine{.build = "gotong-worker test",
                    .device = "cpu",
                    .models = {{"emoji", std::string(64, 'a'), {}}}},
            Hooks{.match = [](const auto&) { return std::vector<worker::UsableModel>{}; },
                  .post = [this](worker::Event event) { mailbox.push(std::move(event)); }});
    }

    template <class E>
    bool next_is() {
        const auto event = mailbox.pop_until(std::chrono::steady_clock::now() + kSoon);
        return event && std::holds_alternative<E>(*event);
    }
};

TEST_CASE("the hello proves the key over challenge, pool and this start of the daemon") {
    std::promise<v1::Hello> heard;
    Worker worker;
    const FakePool pool{{.connect = [&](FakePool::Stream& stream) {
        heard.set_value(challenge(stream, 'n').hello());
        stream.Write(welcome("token"));
        v1::ConnectRequest frame;
        stream.Read(&frame);
        return grpc::Status::OK;
    }}};
    const auto session = worker.connect(pool);
    const v1::Hello hello = heard.get_future().get();
    CHECK(hello.public_key() == as_text(worker.key.public_key().bytes));
    CHECK(hello.instance_nonce().size() == 16);
    CHECK(hello.models_size() == 1);
    CHECK(hello.resume_token().empty());
    crypto::Signature signature;
    REQUIRE(hello.signature().size() == signature.bytes.size());
    std::ranges::copy(as_bytes(hello.signature()), signature.bytes.begin());
    const std::string pool_key{as_text(pool.key().public_key().bytes)};
    const std::string signed_bytes = "DSSEv1 31 application/vnd.gotong.hello.v1 80 " +
                                     std::string(32, 'n') + pool_key + hello.instance_nonce();
    CHECK(crypto::verify(worker.key.public_key(), as_bytes(signed_bytes), signature));
    CHECK(worker.next_is<worker::SessionUp>());
}

TEST_CASE("frames go both ways once the pool has welcomed the worker") {
    std::promise<v1::ConnectRequest> heard;
    Worker worker;
    const FakePool pool{{.connect = [&](FakePool::Stream& stream) {
        challenge(stream, 'n');
        stream.Write(welcome("token"));
        v1::ConnectResponse desired;
        desired.mutable_desired()->add_cancel()->set_job_id(std::string(32, '1'));
        stream.Write(desired);
        v1::ConnectRequest frame;
        stream.Read(&frame);
        heard.set_value(frame);
        while (stream.Read(&frame)) {
        }
        return grpc::Status::OK;
    }}};
    const auto session = worker.connect(pool);
    REQUIRE(worker.next_is<worker::SessionUp>());
    CHECK(worker.next_is<worker::DesiredArrived>());
    CHECK(session->send(to_proto(worker::SendGoodbye{"bye"})));
    CHECK(heard.get_future().get().goodbye().reason() == "bye");
}

TEST_CASE(
    "a second welcome on the same stream is a new catalogue, and what follows still arrives") {
    Worker worker;
    const FakePool pool{{.connect = [&](FakePool::Stream& stream) {
        challenge(stream, 'n');
        stream.Write(welcome("token"));
        stream.Write(welcome("token"));
        v1::ConnectResponse desired;
        desired.mutable_desired();
        stream.Write(desired);
        v1::ConnectRequest frame;
        while (stream.Read(&frame)) {
        }
        return grpc::Status::OK;
    }}};
    const auto session = worker.connect(pool);
    CHECK(worker.next_is<worker::SessionUp>());
    CHECK(worker.next_is<worker::SessionUp>());
    CHECK(worker.next_is<worker::DesiredArrived>());
}

TEST_CASE("a broken stream is opened again with the token of the last welcome") {
    std::atomic<int> streams = 0;
    std::promise<std::string> second_token;
    Worker worker;
    const FakePool pool{{.connect = [&](FakePool::Stream& stream) {
        const int number = ++streams;
        const v1::Hello hello = challenge(stream, 'n').hello();
        if (number == 2) second_token.set_value(hello.resume_token());
        stream.Write(welcome("token"));
        if (number == 1) return grpc::Status{grpc::StatusCode::UNAVAILABLE, "restarting"};
        v1::ConnectRequest frame;
        while (stream.Read(&frame)) {
        }
        return grpc::Status::OK;
    }}};
    const auto session = worker.connect(pool);
    CHECK(worker.next_is<worker::SessionUp>());
    CHECK(worker.next_is<worker::SessionDown>());
    CHECK(worker.next_is<worker::SessionUp>());
    CHECK(second_token.get_future().get() == "token");
}

TEST_CASE("nothing is sent before the welcome, and a pool that breaks the protocol is left") {
    Worker worker;
    const FakePool pool{{.connect = [&](FakePool::Stream& stream) {
        stream.Write(welcome("no challenge came before"));
        v1::ConnectRequest frame;
        stream.Read(&frame);
        return grpc::Status::OK;
    }}};
    const auto session = worker.connect(pool);
    CHECK_FALSE(session->send(to_proto(worker::SendGoodbye{"too early"})));
    CHECK(worker.next_is<worker::SessionDown>());
}

TEST_CASE("words written just before the end still arrive") {
    std::promise<std::string> last_words;
    Worker worker;
    const FakePool pool{{.connect = [&](FakePool::Stream& stream) {
        challenge(stream, 'n');
        stream.Write(welcome("token"));
        std::string words;
        v1::ConnectRequest frame;
        while (stream.Read(&frame)) words += frame.goodbye().reason();
        last_words.set_value(words);
        return grpc::Status::OK;
    }}};
    auto session = worker.connect(pool);
    REQUIRE(worker.next_is<worker::SessionUp>());
    session->send(to_proto(worker::SendGoodbye{"leaving"}));
    session.reset();
    CHECK(last_words.get_future().get() == "leaving");
}

TEST_CASE("a pool that refuses the key itself is not asked again") {
    std::atomic<int> streams = 0;
    Worker worker;
    const FakePool pool{{.connect = [&](FakePool::Stream& stream) {
        ++streams;
        challenge(stream, 'n');
        return grpc::Status{grpc::StatusCode::PERMISSION_DENIED, "revoked"};
    }}};
    const auto session = worker.connect(pool);
    const auto event = worker.mailbox.pop_until(std::chrono::steady_clock::now() + kSoon);
    REQUIRE(event);
    REQUIRE(std::holds_alternative<worker::SentAway>(*event));
    CHECK(std::get<worker::SentAway>(*event).reason == "revoked");
    CHECK_FALSE(worker.mailbox.pop_until(std::chrono::steady_clock::now() + 1500ms));
    CHECK(streams == 1);
}

TEST_CASE("a proxy that says no before the pool has spoken is asked again") {
    std::atomic<int> streams = 0;
    Worker worker;
    const FakePool pool{{.connect = [&](FakePool::Stream& stream) {
        if (++streams == 1) return grpc::Status{grpc::StatusCode::PERMISSION_DENIED, "403"};
        challenge(stream, 'n');
        stream.Write(welcome("token"));
        v1::ConnectRequest frame;
        while (stream.Read(&frame)) {
        }
        return grpc::Status::OK;
    }}};
    const auto session = worker.connect(pool);
    CHECK(worker.next_is<worker::SessionDown>());
    CHECK(worker.next_is<worker::SessionUp>());
}

}  // namespace
}  // namespace gotong::link
