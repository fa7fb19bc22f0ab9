// WorkerService: enrolment, and the streams of workers.
//
// Corridor: link/session -> [rpc/worker_service] -> rpc/worker_stream
#pragma once

#include <memory>
#include <string>

#include "coordinator/rpc/edge.h"
#include "coordinator/rpc/result_desk.h"
#include "coordinator/rpc/worker_streams.h"
#include "gotong/v1/worker.grpc.pb.h"

namespace gotong::rpc {

using WorkerCallbacks = v1::WorkerService::WithRawCallbackMethod_Enrol<
    v1::WorkerService::WithRawCallbackMethod_Listen<v1::WorkerService::WithRawCallbackMethod_Tell<
        v1::WorkerService::WithCallbackMethod_Connect<v1::WorkerService::Service>>>>;

class WorkerService final : public WorkerCallbacks {
  public:
    WorkerService(const Edge& edge, WorkerStreams& streams, ResultDesk& results)
        : edge_(edge), streams_(streams), results_(results) {}

    grpc::ServerUnaryReactor* Enrol(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override;
    grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
        grpc::CallbackServerContext* context) override;

    grpc::ServerUnaryReactor* Listen(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* in, grpc::ByteBuffer* out) override;
    grpc::ServerUnaryReactor* Tell(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                   grpc::ByteBuffer* out) override;

  private:
    Result<std::shared_ptr<PolledLine>> line_for(const grpc::CallbackServerContext& context,
                                                 const std::string& name);

    const Edge& edge_;
    WorkerStreams& streams_;
    ResultDesk& results_;
};

}  // namespace gotong::rpc
