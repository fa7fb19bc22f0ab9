#include "tests/support/pool/running_pool.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "common/file/file.h"
#include "common/invite/invite.h"
#include "tests/support/pool/statement.h"

namespace gotong::test {
namespace {

void must(const grpc::Status& status, const char* what) {
    if (!status.ok()) throw std::runtime_error(std::string(what) + ": " + status.error_message());
}

}  // namespace

RunningPool::RunningPool(std::vector<std::string> flags, Environment environment)
    : flags_(std::move(flags)) {
    start(environment);
}

void RunningPool::start(const Environment& environment) {
    std::vector<std::string> command{GOTONG_BIN_DIR "/gotong-coordinator", "--data",
                                     data().string()};
    const std::map<std::string, std::string> defaults{
        {"--listen", grpc_}, {"--http", http_}, {"--log-level", "debug"}};
    for (const auto& [flag, value] : defaults) {
        if (std::ranges::find(flags_, flag) == flags_.end()) {
            command.insert(command.end(), {flag, value});
        }
    }
    command.insert(command.end(), flags_.begin(), flags_.end());
    process_.emplace(command, dir_ / "log", environment);
    const auto endpoints = data() / "endpoints.json";
    const bool up = eventually(
        [&] { return std::filesystem::exists(endpoints) || !process_->running(); }, kCallPatience);
    if (!up || !process_->running()) throw std::runtime_error("no coordinator:\n" + log());
    const auto json = nlohmann::json::parse(file::read_small(endpoints, 4096).value());
    grpc_ = json.at("grpc");
    http_ = json.at("http");
    tls_ = json.at("tls");
}

void RunningPool::kill() { process_->kill_now(); }

void RunningPool::restart() {
    std::filesystem::remove(data() / "endpoints.json");
    start({});
}

std::optional<int> RunningPool::stop() {
    process_->signal(SIGTERM);
    return wait();
}

std::optional<int> RunningPool::wait() { return process_->wait(kCallPatience); }

std::shared_ptr<grpc::Channel> RunningPool::channel() const {
    grpc::ChannelArguments apart;
    apart.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // A connection of its own.
    return grpc::CreateCustomChannel(grpc_, grpc::InsecureChannelCredentials(), apart);
}

std::shared_ptr<grpc::Channel> RunningPool::secure_channel() const {
    return pinned_channel(grpc_, data() / "tls" / "certificate.pem");
}

v1::AdminService::Stub RunningPool::admin() const {
    return v1::AdminService::Stub(grpc::CreateChannel("unix:" + (data() / "admin.sock").string(),
                                                      grpc::InsecureChannelCredentials()));
}

std::string RunningPool::operator_token() const {
    std::string token = file::read_small(data() / "creator.token", 256).value();
    token.pop_back();  // Its newline.
    return token;
}

std::string RunningPool::new_token(const std::string& account) {
    v1::CreateTokenRequest request;
    request.set_account(account);
    v1::CreateTokenResponse response;
    must(admin().CreateToken(call_as("").get(), request, &response), "create a token");
    return response.token();
}

std::string RunningPool::new_invite() {
    v1::CreateInviteResponse response;
    must(admin().CreateInvite(call_as("").get(), {}, &response), "create an invite");
    return response.invite();
}

std::string RunningPool::submit() const {
    v1::SubmitResponse response;
    must(creator().Submit(call_as(operator_token()).get(), a_request(), &response), "submit");
    return response.jobs(0).job_id();
}

v1::Job RunningPool::job(const std::string& id) const {
    v1::GetJobRequest request;
    request.set_job_id(id);
    v1::GetJobResponse response;
    must(creator().GetJob(call_as(operator_token()).get(), request, &response), "look at a job");
    return response.job();
}

void RunningPool::add_test_model() {
    v1::AddModelRequest request;
    v1::Model& model = *request.mutable_model();
    model.set_name(kTestModel);
    model.set_family("sd1");
    model.set_licence("none");
    model.set_default_width(64);
    model.set_default_height(64);
    model.set_size_multiple(8);
    model.set_max_width(512);
    model.set_max_height(512);
    for (const model::FileDigest& listed : test_model_files()) {
        v1::ModelFile& file = *model.add_files();
        file.set_path(listed.path);
        file.set_size(2);
        file.set_sha256(std::string{as_text(listed.sha256)});
    }
    v1::AddModelResponse response;
    must(admin().AddModel(call_as("").get(), request, &response), "add a model");
}

std::shared_ptr<grpc::Channel> pinned_channel(const std::string& address,
                                              const std::filesystem::path& certificate) {
    grpc::ChannelArguments apart;
    apart.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    apart.SetSslTargetNameOverride(std::string(invite::kPoolCertificateName));
    grpc::SslCredentialsOptions trust;
    trust.pem_root_certs = file::read_small(certificate, 1 << 16).value();
    return grpc::CreateCustomChannel(address, grpc::SslCredentials(trust), apart);
}

std::unique_ptr<grpc::ClientContext> call_as(const std::string& token,
                                             std::chrono::seconds patience) {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + patience);
    context->set_wait_for_ready(true);
    if (!token.empty()) context->AddMetadata("authorization", "Bearer " + token);
    return context;
}

std::string field_at_fault(const grpc::ClientContext& context) {
    const auto& trailers = context.GetServerTrailingMetadata();
    const auto found = trailers.find("gotong-field");
    return found == trailers.end() ? "" : std::string(found->second.data(), found->second.size());
}

v1::SubmitRequest a_request(const std::string& prompt) {
    v1::SubmitRequest request;
    request.mutable_spec()->set_prompt(prompt);
    request.mutable_spec()->set_steps(2);
    return request;
}

}  // namespace gotong::test
