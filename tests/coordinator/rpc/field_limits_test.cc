// The lengths that the gRPC edge takes, whatever the field means.
#include "coordinator/rpc/field_limits.h"

#include <catch2/catch_test_macros.hpp>

#include "gotong/v1/creator.pb.h"
#include "gotong/v1/worker.pb.h"

namespace gotong::rpc {
namespace {

std::string fault(const google::protobuf::Message& message) {
    const auto checked = check_lengths(message);
    return checked ? "" : checked.error().field;
}

TEST_CASE("a message within the limits passes, nested parts included") {
    v1::SubmitRequest request;
    request.mutable_spec()->set_prompt(std::string(4'000, 'x'));
    CHECK(fault(request).empty());
}

TEST_CASE("a string that is too long is named, however deep it lies") {
    v1::SubmitRequest request;
    request.mutable_spec()->set_sampler(std::string(1'025, 'x'));
    CHECK(fault(request) == "sampler");
    v1::ConnectRequest frame;
    frame.mutable_result()->mutable_success()->mutable_statement()->set_payload(
        std::string(32'769, 'x'));
    CHECK(fault(frame) == "payload");
}

TEST_CASE("a list that is too long is named, and so is an entry of it") {
    v1::ConnectRequest frame;
    for (int i = 0; i < 1'025; ++i) frame.mutable_snapshot()->add_outbox();
    CHECK(fault(frame) == "outbox");
    v1::ConnectRequest other;
    other.mutable_snapshot()->add_held()->mutable_lease()->set_job_id(std::string(2'000, 'a'));
    CHECK(fault(other) == "job_id");
    v1::ListModelsResponse models;
    models.add_samplers(std::string(2'000, 'a'));
    CHECK(fault(models) == "samplers");
}

TEST_CASE("a preview may have 64 KiB") {
    v1::ConnectRequest frame;
    frame.mutable_progress()->set_preview_png(std::string(65'536, 'x'));
    CHECK(fault(frame).empty());
    frame.mutable_progress()->mutable_preview_png()->push_back('x');
    CHECK(fault(frame) == "preview_png");
}

}  // namespace
}  // namespace gotong::rpc
