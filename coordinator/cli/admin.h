// The operator's door: admin.sock in the pool's data folder.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "coordinator/cli/call.h"
#include "coordinator/cli/command.h"
#include "gotong/v1/admin.grpc.pb.h"

namespace gotong::cli {

using AdminStub = v1::AdminService::Stub;

// Errors: unavailable when no coordinator serves the folder; permission_denied when the folder is
// somebody else's.
Result<std::unique_ptr<AdminStub>> open_admin(const std::filesystem::path& data);

// A command that an operator gives: it has --data and talks through the socket.
class AdminCommand : public Command {
  public:
    void add_options(CLI::App& app) override;

  protected:
    std::filesystem::path data() const;  // --data, else the folder that `gotong up` uses.

    template <class Request, class Response>
    Result<Response> ask(grpc::Status (AdminStub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                         const Request& request) const {
        const auto stub = open_admin(data());
        if (!stub) return Failure{stub.error()};
        return call(**stub, method, request);
    }

  private:
    std::string data_;
};

}  // namespace gotong::cli
