// Health and reflection, as generic tools use them. Debian ships neither's messages for C++, so the
// few bytes of theirs are written out.
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <catch2/catch_test_macros.hpp>
#include <future>
#include <string>

#include "tests/support/pool/running_pool.h"

namespace gotong::test {
namespace {

grpc::ByteBuffer bytes_of(const std::string& text) {
    const grpc::Slice slice(text);
    return {&slice, 1};
}

std::string text_of(const grpc::ByteBuffer& bytes) {
    std::vector<grpc::Slice> slices;
    (void)bytes.Dump(&slices);
    std::string text;
    for (const auto& slice : slices) {
        text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return text;
}

// One message there, one back, of a method of any kind.
struct Exchange {
    grpc::Status status;
    std::string answer;
};
Exchange exchange(RunningPool& pool, const std::string& method, const std::string& request) {
    grpc::GenericStub stub(pool.channel());
    grpc::CompletionQueue queue;
    const auto context = call_as("");
    const auto call = stub.PrepareCall(context.get(), method, &queue);
    const auto done = [&] {
        void* tag = nullptr;
        bool ok = false;
        return queue.Next(&tag, &ok) && ok;
    };
    Exchange result;
    grpc::ByteBuffer answer;
    call->StartCall(nullptr);
    REQUIRE(done());
    call->WriteLast(bytes_of(request), {}, nullptr);
    REQUIRE(done());
    call->Read(&answer, nullptr);
    if (done()) result.answer = text_of(answer);
    call->Finish(&result.status, nullptr);
    REQUIRE(done());
    return result;
}

TEST_CASE("health says that the pool and each of its services are serving") {
    RunningPool pool;
    const std::string method = "/grpc.health.v1.Health/Check";
    const std::string serving = "\x08\x01";  // status: SERVING
    CHECK(exchange(pool, method, "").answer == serving);
    for (const std::string name : {"gotong.v1.CreatorService", "gotong.v1.WorkerService"}) {
        const std::string request = std::string{'\n', static_cast<char>(name.size())} + name;
        CHECK(exchange(pool, method, request).answer == serving);
    }
    const std::string unknown = "\n\x05other";
    CHECK(exchange(pool, method, unknown).status.error_code() == grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("reflection lists the public services, and not the operator's") {
    RunningPool pool;
    const std::string method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
    const std::string list_services(":\x01*", 3);
    const std::string answer = exchange(pool, method, list_services).answer;
    CHECK(answer.find("gotong.v1.CreatorService") != std::string::npos);
    CHECK(answer.find("gotong.v1.WorkerService") != std::string::npos);
    CHECK(answer.find("gotong.v1.AdminService") == std::string::npos);
}

TEST_CASE("a message above 4 MiB is refused before anybody looks at it") {
    RunningPool pool;
    v1::SubmitResponse response;
    const auto status = pool.creator().Submit(call_as(pool.operator_token()).get(),
                                              a_request(std::string(5 << 20, 'x')), &response);
    CHECK(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace gotong::test
