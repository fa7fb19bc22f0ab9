// A pool that is one real gotong-coordinator on loopback, and what a test says to it over gRPC.
#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gotong/v1/admin.grpc.pb.h"
#include "gotong/v1/creator.grpc.pb.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace gotong::test {

inline constexpr const char* kTestModel = "tiny";  // 64 x 64 pixels; its files are made up.

class RunningPool {
  public:
    // Serves when it returns. `flags` come on top of --data, --listen and --http, and win.
    explicit RunningPool(std::vector<std::string> flags = {}, Environment environment = {});

    void kill();                // SIGKILL.
    void restart();             // After kill(); on the same ports, with a plain environment.
    std::optional<int> stop();  // SIGTERM; the exit status.
    std::optional<int> wait();  // For its own end; the exit status.
    pid_t pid() const { return process_->pid(); }

    std::filesystem::path data() const { return dir_ / "pool"; }
    std::string log() const { return process_->output(); }
    std::string grpc_address() const { return grpc_; }
    bool tls() const { return tls_; }

    std::shared_ptr<grpc::Channel> channel() const;         // New, in the clear.
    std::shared_ptr<grpc::Channel> secure_channel() const;  // New, with the pool's certificate.
    v1::CreatorService::Stub creator() const { return v1::CreatorService::Stub(channel()); }
    v1::AdminService::Stub admin() const;

    std::string operator_token() const;
    std::string new_token(const std::string& account);  // By the operator.
    std::string new_invite();
    void add_test_model();
    std::string submit() const;                // A job of the operator's; its id.
    v1::Job job(const std::string& id) const;  // One of these, as it is now.

  private:
    void start(const Environment& environment);

    TempDir dir_;
    std::vector<std::string> flags_;
    std::string grpc_ = "127.0.0.1:0";
    std::string http_ = "127.0.0.1:0";
    bool tls_ = false;
    std::optional<Process> process_;
};

// A connection of its own to whoever shows this certificate and calls itself a pool.
std::shared_ptr<grpc::Channel> pinned_channel(const std::string& address,
                                              const std::filesystem::path& certificate);

inline constexpr std::chrono::seconds kCallPatience{60};  // The machine may be busy.

// A call's context with a token, and a deadline so that no test hangs.
std::unique_ptr<grpc::ClientContext> call_as(const std::string& token,
                                             std::chrono::seconds patience = kCallPatience);

// What the trailer says is the field at fault; empty: it says nothing.
std::string field_at_fault(const grpc::ClientContext& context);

v1::SubmitRequest a_request(const std::string& prompt = "a red apple");

}  // namespace gotong::test
