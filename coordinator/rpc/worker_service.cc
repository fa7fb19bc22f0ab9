#include "coordinator/rpc/worker_service.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/bytes.h"
#include "common/crypto/random.h"
#include "common/crypto/sign.h"
#include "common/crypto/token.h"
#include "common/handshake/handshake.h"
#include "common/receipt/enrolment.h"
#include "common/text/printable.h"
#include "coordinator/rpc/convert.h"
#include "coordinator/rpc/polled_line.h"
#include "coordinator/rpc/tally.h"
#include "coordinator/rpc/unary.h"
#include "coordinator/rpc/worker_stream.h"

namespace gotong::rpc {
namespace {

Failure wrong(std::string message, std::string field) {
    return fail(ErrorCode::invalid_argument, std::move(message), std::move(field));
}

Result<> check_name(const std::string& name) {
    if (name.empty() || name.size() > receipt::kMaxAccountName) {
        return wrong("a worker's name has 1 to 64 bytes, this one " + std::to_string(name.size()),
                     "name");
    }
    if (text::printable(name) == name) return {};
    return wrong("a worker's name holds printable characters only", "name");
}

// The event, once the request is signed by the key that it wants enrolled.
Result<core::Enrol> enrol_from(const v1::EnrolRequest& wire, const crypto::PublicKey& pool_key) {
    if (auto named = check_name(wire.name()); !named) return Failure(named.error());
    const auto key = crypto::checked_public_key(as_bytes(wire.public_key()));
    if (!key) return wrong(key.error().message, "public_key");
    crypto::Signature signature;
    if (wire.signature().size() != signature.bytes.size()) {
        return wrong("an Ed25519 signature has 64 bytes", "signature");
    }
    std::ranges::copy(as_bytes(wire.signature()), signature.bytes.begin());
    const std::string message = handshake::enrol_message(wire.invite_token(), pool_key);
    const bool is_signed = crypto::verify(*key, as_bytes(message), signature);
    tally().enrolments.note(is_signed);
    if (!is_signed) {
        return fail(ErrorCode::unauthenticated,
                    "the request is not signed by the key that it wants enrolled in this pool",
                    "signature");
    }
    return core::Enrol{.invite_hash = crypto::token_hash(wire.invite_token()),
                       .public_key = *key,
                       .name = wire.name()};
}

}  // namespace

grpc::ServerUnaryReactor* WorkerService::Enrol(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
    return serve<v1::EnrolRequest, v1::EnrolResponse>(
        context, in, out,
        [this](const v1::EnrolRequest& request, const Respond<v1::EnrolResponse>& respond) {
            const auto event = enrol_from(request, edge_.pool_key);
            if (!event) return respond(Failure(event.error()));
            post_or_refuse(edge_.loop, respond, [this, respond, event = *event](loop::Turn& turn) {
                turn.ask(event, [this, respond](const Result<core::Answer>& answer) {
                    if (!answer) return respond(Failure(answer.error()));
                    v1::EnrolResponse response;
                    *response.mutable_pool() = edge_.pool();
                    *response.mutable_enrolment() =
                        to_wire(std::get<core::Enrolled>(*answer).enrolment);
                    respond(std::move(response));
                });
            });
        });
}

// A name that is empty opens a line.
Result<std::shared_ptr<PolledLine>> WorkerService::line_for(
    const grpc::CallbackServerContext& context, const std::string& name) {
    if (!name.empty()) {
        if (auto found = streams_.polled().find(name)) return found;
        return fail(ErrorCode::not_found, "this stream has ended; open a new one", "stream");
    }
    std::array<std::uint8_t, 16> secret{};
    crypto::fill(secret);
    const std::string fresh = crypto::to_hex(secret);
    auto line =
        std::make_shared<PolledLine>(edge_, streams_, results_, edge_.base_for(context), fresh);
    const auto id = streams_.add(line.get(), edge_.clock.now().monotonic);
    if (!id) {
        return fail(ErrorCode::unavailable, "the pool cannot take another worker now; try later");
    }
    line->begin(*id);
    streams_.polled().add(fresh, line);
    return line;
}

grpc::ServerUnaryReactor* WorkerService::Listen(grpc::CallbackServerContext* context,
                                                const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
    return serve<v1::ListenRequest, v1::ListenResponse>(
        context, in, out,
        [&](const v1::ListenRequest& request, const Respond<v1::ListenResponse>& respond) {
            const auto line = line_for(*context, request.stream());
            if (!line) return respond(Failure(line.error()));
            (*line)->listen(request, respond);
        });
}

grpc::ServerUnaryReactor* WorkerService::Tell(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
    return serve<v1::TellRequest, v1::TellResponse>(
        context, in, out, [&](v1::TellRequest request, const Respond<v1::TellResponse>& respond) {
            const auto line = streams_.polled().find(request.stream());
            if (!line) {
                return respond(
                    fail(ErrorCode::not_found, "this stream has ended; open a new one", "stream"));
            }
            line->tell(std::move(request), respond);
        });
}

grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* WorkerService::Connect(
    grpc::CallbackServerContext* context) {
    return new WorkerStream(*context, edge_, streams_, results_);
}

}  // namespace gotong::rpc
