// A creator's connection to a pool that is trusted.
//
// Nothing is sent before the certificate was compared with the one remembered, and the token only
// after the pool's key was.
//
// Corridor: cli/trust -> [cli/creator] -> cli/render
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "coordinator/cli/call.h"
#include "coordinator/cli/place.h"
#include "coordinator/cli/trust.h"
#include "gotong/v1/creator.grpc.pb.h"

namespace gotong::cli {

using CreatorStub = v1::CreatorService::Stub;

class Creator {
  public:
    // Errors: unavailable when nobody answers; permission_denied for a pool that is not trusted.
    static Result<Creator> connect(const Place& place, const TrustPolicy& policy);

    template <class Request, class Response>
    Result<Response> ask(grpc::Status (CreatorStub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                         const Request& request) const {
        return call(*stub_, method, request, token_);
    }

    CreatorStub& stub() const { return *stub_; }
    const std::string& token() const { return token_; }
    const SeenPool& pool() const { return pool_; }
    // Pins downloads from the same pool; absent where no TLS or an authority's certificate is used.
    const std::optional<Digest>& fingerprint() const { return pool_.fingerprint; }

  private:
    Creator(std::unique_ptr<CreatorStub> stub, std::string token, SeenPool pool)
        : stub_(std::move(stub)), token_(std::move(token)), pool_(std::move(pool)) {}

    std::unique_ptr<CreatorStub> stub_;
    std::string token_;
    SeenPool pool_;
};

}  // namespace gotong::cli
