#include "worker/link/enrolment.h"

#include <gotong/v1/worker.grpc.pb.h>
#include <grpcpp/client_context.h>

#include <chrono>

#include "worker/link/convert.h"
#include "worker/link/status.h"
#include "worker/sign/identity.h"

namespace gotong::link {
namespace {

constexpr std::string_view kRequestType = "application/vnd.gotong.enrol-request.v1";
constexpr std::chrono::seconds kAnswerWithin{15};

v1::EnrolRequest request_of(const invite::Invite& invite, const crypto::SigningKey& key,
                            const std::string& name) {
    const std::string signed_bytes =
        receipt::pae(kRequestType, invite.token + std::string{as_text(invite.pool_key.bytes)});
    v1::EnrolRequest request;
    request.set_invite_token(invite.token);
    request.set_public_key(std::string{as_text(key.public_key().bytes)});
    request.set_name(name);
    request.set_signature(std::string{as_text(key.sign(as_bytes(signed_bytes)).bytes)});
    return request;
}

}  // namespace

Result<Enrolled> enrol(const std::shared_ptr<grpc::Channel>& channel, const invite::Invite& invite,
                       const crypto::SigningKey& key, const std::string& name) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kAnswerWithin);
    v1::EnrolResponse response;
    const grpc::Status status = v1::WorkerService::NewStub(channel)->Enrol(
        &context, request_of(invite, key, name), &response);
    if (!status.ok()) return Failure{error_of(status)};
    if (response.pool().public_key() != as_text(invite.pool_key.bytes))
        return fail(ErrorCode::permission_denied, "another pool answers at " + invite.address);
    auto enrolment = envelope_of(response.enrolment());
    if (!enrolment) return Failure{enrolment.error()};
    if (const auto sound = sign::check_enrolment(*enrolment, key.public_key(), invite.pool_key);
        !sound)
        return Failure{sound.error()};
    return Enrolled{.pool_name = response.pool().name(), .enrolment = std::move(*enrolment)};
}

}  // namespace gotong::link
