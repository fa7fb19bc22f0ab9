// One unary call, from its bytes to its answer, for every service.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "common/result.h"
#include "coordinator/loop/loop.h"
#include "coordinator/rpc/status.h"
#include "coordinator/rpc/wire.h"

namespace gotong::rpc {

// Ends the call. Copies stand for the same call; exactly one of them is called, once, from any
// thread. gRPC keeps what it points to until then, even when the client has gone.
template <class Response>
class Respond {
  public:
    Respond(grpc::CallbackServerContext& context, grpc::ByteBuffer& out)
        : context_(&context), reactor_(context.DefaultReactor()), out_(&out) {}

    void operator()(const Result<Response>& result) const {
        if (!result) {
            name_field(*context_, result.error());
            return reactor_->Finish(to_status(result.error()));
        }
        *out_ = to_bytes(*result);
        reactor_->Finish(grpc::Status::OK);
    }

    grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  private:
    grpc::CallbackServerContext* context_;
    grpc::ServerUnaryReactor* reactor_;
    grpc::ByteBuffer* out_;
};

// Parses the request and calls handle(Request, Respond<Response>), which responds, now or later.
template <class Request, class Response, class Handle>
grpc::ServerUnaryReactor* serve(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                grpc::ByteBuffer* out, Handle handle) {
    const Respond<Response> respond(*context, *out);
    Request request;
    if (auto parsed = parse(*in, request); !parsed) {
        respond(Failure(parsed.error()));
    } else {
        handle(std::move(request), respond);
    }
    return respond.reactor();
}

inline Error busy() {
    return {ErrorCode::unavailable, "the coordinator is busy; try again in a moment", {}};
}

// Posts a task that ends with a response. A full queue is answered at once.
template <class Response>
void post_or_refuse(loop::Loop& loop, const Respond<Response>& respond, loop::Task task) {
    if (!loop.post(std::move(task))) respond(Failure(busy()));
}

}  // namespace gotong::rpc
