// CreatorService: upload, submit, get, watch, cancel, explain, list models, status. Bytes become
// Submissions and events here; every decision is the core's.
//
// Corridor: cli/render -> [rpc/creator_service] -> job/intake
#pragma once

#include "coordinator/rpc/edge.h"
#include "coordinator/rpc/watch_stream.h"
#include "gotong/v1/creator.grpc.pb.h"

namespace gotong::rpc {

// Unary calls arrive as bytes (wire.h says why), watches as messages.
using CreatorBase = v1::CreatorService;
using CreatorCallbacks = CreatorBase::WithRawCallbackMethod_GetPool<
    CreatorBase::WithRawCallbackMethod_ListModels<CreatorBase::WithRawCallbackMethod_CreateUpload<
        CreatorBase::WithRawCallbackMethod_Submit<CreatorBase::WithRawCallbackMethod_GetJob<
            CreatorBase::WithCallbackMethod_WatchJob<CreatorBase::WithRawCallbackMethod_CancelJob<
                CreatorBase::WithRawCallbackMethod_GetStatus<
                    CreatorBase::WithRawCallbackMethod_ExplainJob<CreatorBase::Service>>>>>>>>>;

class CreatorService final : public CreatorCallbacks {
  public:
    CreatorService(const Edge& edge, Watchers& watchers) : edge_(edge), watchers_(watchers) {}

    using Context = grpc::CallbackServerContext;
    using Bytes = grpc::ByteBuffer;
    using Unary = grpc::ServerUnaryReactor;

    Unary* GetPool(Context* context, const Bytes* in, Bytes* out) override;
    Unary* ListModels(Context* context, const Bytes* in, Bytes* out) override;
    Unary* CreateUpload(Context* context, const Bytes* in, Bytes* out) override;
    Unary* Submit(Context* context, const Bytes* in, Bytes* out) override;
    Unary* GetJob(Context* context, const Bytes* in, Bytes* out) override;
    Unary* CancelJob(Context* context, const Bytes* in, Bytes* out) override;
    Unary* GetStatus(Context* context, const Bytes* in, Bytes* out) override;
    Unary* ExplainJob(Context* context, const Bytes* in, Bytes* out) override;
    grpc::ServerWriteReactor<v1::WatchJobResponse>* WatchJob(
        Context* context, const v1::WatchJobRequest* request) override;

  private:
    const Edge& edge_;
    Watchers& watchers_;
};

}  // namespace gotong::rpc
