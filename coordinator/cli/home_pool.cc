#include "coordinator/cli/home_pool.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "common/file/file.h"
#include "common/model/model_view.h"
#include "coordinator/cli/admin.h"
#include "coordinator/cli/catalogue.h"
#include "coordinator/cli/creator.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookUp{20};
constexpr std::chrono::seconds kStartPatience{
    60};  // A worker hashes its weights before it is online.
constexpr std::chrono::seconds kWorkerPatience{20};  // It may finish what it is at, up to 10 s.
constexpr std::chrono::seconds kCoordinatorPatience{10};

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : "home";
}

std::string how_it_ended(int status, const fs::path& log) {
    constexpr int kKilledBy = 128;
    if (status > kKilledBy) return "was killed by signal " + std::to_string(status - kKilledBy);
    const std::string said = last_line(log);
    return "ended with status " + std::to_string(status) + (said.empty() ? "" : ": " + said);
}

Result<> make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error)
        return fail(ErrorCode::permission_denied, folder.string() + ": " + error.message(), "data");
    return {};
}

}  // namespace

HomePool::HomePool(HomePoolOptions options, const Interrupt& interrupt)
    : options_(std::move(options)), interrupt_(interrupt) {}

HomePool::~HomePool() {
    for (auto* member : {&worker_, &coordinator_}) {
        if (!*member) continue;
        (*member)->child.signal(SIGTERM);
        (*member)->child.wait(member == &worker_ ? kWorkerPatience : kCoordinatorPatience);
        member->reset();
    }
}

Result<> HomePool::start() {
    for (const fs::path& folder : {options_.data, options_.data / "log"}) {
        if (const auto made = make_folder(folder); !made) return made;
    }
    if (const auto started = start_coordinator(); !started) return started;
    if (const auto added = add_models(); !added) return added;
    if (const auto trusted = trust_pool(); !trusted) return trusted;
    if (const auto started = start_worker(); !started) return started;
    return wait_for_worker();
}

Result<Place> HomePool::place() const {
    return find_place({.coordinator = {}, .token = {}, .data = options_.data.string()}, {});
}

Result<> HomePool::attend() {
    while (!interrupt_.requested()) {
        if (const auto alive = check_children(); !alive) return alive;
        sleep_unless(interrupt_.token(), kLookUp * 5);
    }
    return {};
}

Result<std::unique_ptr<HomePool::Member>> HomePool::launch(const std::string& name,
                                                           std::vector<std::string> words) {
    const auto program = sibling("gotong-" + name);
    if (!program) return Failure{program.error()};
    words.insert(words.begin(), program->string());
    auto child = Child::start({.command = std::move(words),
                               .environment = {},
                               .input = ChildInput::nothing,
                               .group = ChildGroup::own,
                               .capture = true});
    if (!child) return Failure{child.error()};
    const fs::path log = options_.data / "log" / (name + ".log");
    file::UniqueFd output = child->take_output();
    return std::unique_ptr<Member>{new Member{
        name, log, std::move(*child), Relay{name, log, options_.loudness, std::move(output)}}};
}

Result<> HomePool::start_coordinator() {
    auto member = launch("coordinator", {"--data", options_.data.string(), "--listen",
                                         options_.listen, "--http", options_.http});
    if (!member) return Failure{member.error()};
    coordinator_ = std::move(*member);
    return wait_until([this] { return serving_pid(options_.data) == coordinator_->child.pid(); });
}

Result<> HomePool::add_models() {
    const auto found = model::models_in(options_.models);
    if (!found) return Failure{found.error()};
    if (found->empty())
        return fail(ErrorCode::invalid_argument,
                    "no model lies in " + options_.models.string() +
                        "; give a folder of diffusers folders and .safetensors checkpoints with "
                        "--models",
                    "models");
    std::optional<Error> refused;
    std::size_t added = 0;
    for (const fs::path& path : *found) {
        const auto listed = list_model(options_.data, path, {});
        if (listed) {
            ++added;
            continue;
        }
        // What lies beside the models, a LoRA say, must not keep them from being used.
        note(path.string() + " is left out: " + listed.error().message);
        if (!refused) refused = listed.error();
    }
    if (added == 0) return Failure{*refused};
    return {};
}

// The folder vouches for its own pool, so that pictures verify from now on.
Result<> HomePool::trust_pool() {
    const auto at = place();
    if (!at) return Failure{at.error()};
    const auto creator = Creator::connect(*at, {.accept_new = true, .quiet = true});
    if (!creator) return Failure{creator.error()};
    return {};
}

// Joining again renews the worker's idea of the address, whose port changes with every start.
Result<> HomePool::start_worker() {
    const auto admin = open_admin(options_.data);
    if (!admin) return Failure{admin.error()};
    const auto made = call(**admin, &AdminStub::CreateInvite, v1::CreateInviteRequest{});
    if (!made) return Failure{made.error()};
    auto member =
        launch("worker", {"join", made->invite(), "--data", (options_.data / "worker").string(),
                          "--models", options_.models.string(), "--name", host_name()});
    if (!member) return Failure{member.error()};
    worker_ = std::move(*member);
    return {};
}

Result<> HomePool::wait_for_worker() {
    const auto admin = open_admin(options_.data);
    if (!admin) return Failure{admin.error()};
    return wait_until([&] {
        const auto status = call(**admin, &AdminStub::GetPoolStatus, v1::GetPoolStatusRequest{});
        return status && status->workers_online() > 0;
    });
}

template <class Ready>
Result<> HomePool::wait_until(Ready ready) {
    const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
    while (!ready()) {
        if (const auto alive = check_children(); !alive) return alive;
        if (std::chrono::steady_clock::now() > deadline)
            return fail(ErrorCode::deadline_exceeded,
                        "the pool did not come up; see " + (options_.data / "log").string());
        if (!sleep_unless(interrupt_.token(), kLookUp))
            return fail(ErrorCode::cancelled, "interrupted");
    }
    return {};
}

Result<> HomePool::check_children() {
    for (const auto* member : {&coordinator_, &worker_}) {
        if (!*member) continue;
        const auto status = (*member)->child.wait({});
        if (!status) continue;
        return fail(ErrorCode::aborted,
                    "the " + (*member)->name + " " + how_it_ended(*status, (*member)->log));
    }
    return {};
}

}  // namespace gotong::cli
