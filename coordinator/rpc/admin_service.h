// AdminService: what the operator does, over the Unix socket in the data folder. Whoever may open
// that socket is the operator; there is no other check.
#pragma once

#include "coordinator/rpc/edge.h"
#include "coordinator/rpc/worker_streams.h"
#include "gotong/v1/admin.grpc.pb.h"

namespace gotong::rpc {

using AdminBase = v1::AdminService;
using AdminCallbacks = AdminBase::WithRawCallbackMethod_GetPoolStatus<
    AdminBase::WithRawCallbackMethod_AddModel<AdminBase::WithRawCallbackMethod_RemoveModel<
        AdminBase::WithRawCallbackMethod_CreateInvite<AdminBase::WithRawCallbackMethod_CreateToken<
            AdminBase::WithRawCallbackMethod_ListAccounts<
                AdminBase::WithRawCallbackMethod_RevokeToken<
                    AdminBase::WithRawCallbackMethod_ListWorkers<
                        AdminBase::WithRawCallbackMethod_RevokeWorker<
                            AdminBase::WithRawCallbackMethod_Explain<
                                AdminBase::WithRawCallbackMethod_SetAccount<
                                    AdminBase::WithRawCallbackMethod_RequeueJob<
                                        AdminBase::Service>>>>>>>>>>>>;

class AdminService final : public AdminCallbacks {
  public:
    AdminService(const Edge& edge, WorkerStreams& streams) : edge_(edge), streams_(streams) {}

    using Context = grpc::CallbackServerContext;
    using Bytes = grpc::ByteBuffer;
    using Unary = grpc::ServerUnaryReactor;

    Unary* GetPoolStatus(Context* context, const Bytes* in, Bytes* out) override;
    Unary* AddModel(Context* context, const Bytes* in, Bytes* out) override;
    Unary* RemoveModel(Context* context, const Bytes* in, Bytes* out) override;
    Unary* CreateInvite(Context* context, const Bytes* in, Bytes* out) override;
    Unary* CreateToken(Context* context, const Bytes* in, Bytes* out) override;
    Unary* ListAccounts(Context* context, const Bytes* in, Bytes* out) override;
    Unary* RevokeToken(Context* context, const Bytes* in, Bytes* out) override;
    Unary* ListWorkers(Context* context, const Bytes* in, Bytes* out) override;
    Unary* RevokeWorker(Context* context, const Bytes* in, Bytes* out) override;
    Unary* Explain(Context* context, const Bytes* in, Bytes* out) override;
    Unary* SetAccount(Context* context, const Bytes* in, Bytes* out) override;
    Unary* RequeueJob(Context* context, const Bytes* in, Bytes* out) override;

  private:
    const Edge& edge_;
    WorkerStreams& streams_;
};

}  // namespace gotong::rpc
