// gotong-worker: joins a pool, then builds every part in order and renders until it is told to
// stop. The only place that knows concrete types.
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/crypto/sha256.h"
#include "common/log/log.h"
#include "worker/daemon/daemon.h"
#include "worker/daemon/home.h"
#include "worker/daemon/joining.h"
#include "worker/daemon/places.h"
#include "worker/link/fetched.h"
#include "worker/main_options.h"
#include "worker/models/verified.h"
#include "worker/render_child/renderer.h"
#include "worker/sign/receipt_signer.h"

namespace gotong::worker {
namespace {

constexpr const char* kVersion = GOTONG_VERSION;
constexpr const char* kBuild = "gotong-worker " GOTONG_VERSION;

// Exit codes that scripts rely on; 1 is a failure of any other kind.
constexpr int kBadInput = 2;
constexpr int kNoCoordinator = 3;
constexpr int kRefused = 4;

int exit_code_of(const Error& error) {
    if (!error.field.empty()) return kBadInput;  // Something that this machine's owner gave.
    switch (error.code) {
        case ErrorCode::invalid_argument:
        case ErrorCode::not_found:
            return kBadInput;
        case ErrorCode::unavailable:
        case ErrorCode::deadline_exceeded:
            return kNoCoordinator;
        case ErrorCode::permission_denied:
        case ErrorCode::unauthenticated:
        case ErrorCode::failed_precondition:
            return kRefused;
        default:
            return EXIT_FAILURE;
    }
}

int report(const Error& error) {
    std::fprintf(stderr, "gotong-worker: %s\n", error.message.c_str());
    return exit_code_of(error);
}

void hold_signals() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    pthread_sigmask(SIG_BLOCK, &held, nullptr);  // Every later thread inherits it.
    ::signal(SIGPIPE, SIG_IGN);
}

// The first signal asks the agent to stop, the second ends the process at once: the outbox is on
// disk, and the renderer dies with us.
[[noreturn]] void obey_signals(daemon::Mailbox& mailbox) {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    int number = 0;
    sigwait(&held, &number);
    log::info("stopping; once more to leave at once");
    mailbox.push(StopAsked{});
    sigwait(&held, &number);
    std::_Exit(EXIT_FAILURE);
}

void print_joined(const JoinOptions& options, const std::vector<std::string>& terms,
                  const daemon::Membership& membership) {
    if (options.json) {
        const nlohmann::ordered_json json{{"pool", membership.pool_name},
                                          {"address", membership.pool.address},
                                          {"pool_key_id", crypto::key_id(membership.pool.pool_key)},
                                          {"models", membership.models.string()},
                                          {"terms", terms}};
        std::printf("%s\n", json.dump().c_str());
    } else {
        std::printf("Joined. This machine is now one of the workers of \"%s\".\n",
                    membership.pool_name.c_str());
    }
    std::fflush(stdout);
}

Result<> join(const daemon::Home& home, const JoinOptions& options) {
    const auto invite = invite::decode(options.invite);
    if (!invite) return Failure{invite.error()};
    const auto terms = daemon::terms(*invite, home, options.models);
    if (!options.json) {
        for (const std::string& term : terms) std::printf("- %s\n", term.c_str());
        std::fflush(stdout);
    }
    const auto membership = daemon::join(
        home, {.invite = options.invite, .models = options.models, .name = options.name});
    if (!membership) return Failure{membership.error()};
    print_joined(options, terms, *membership);
    return {};
}

Result<sign::Identity> identity_of(const daemon::Home& home, const daemon::Membership& membership) {
    auto key = sign::load_or_create_key(home.folder());
    if (!key) return Failure{key.error()};
    const crypto::PublicKey& pool_key = membership.pool.pool_key;
    if (const auto good = sign::check_enrolment(membership.enrolment, key->public_key(), pool_key);
        !good)
        return Failure{good.error().during("join the pool again")};
    return sign::Identity{
        .key = std::move(*key),
        .pool = {.name = membership.pool_name, .key_id = crypto::key_id(pool_key)},
        .enrolment_sha256 = crypto::sha256(as_bytes(membership.enrolment.payload))};
}

Result<> find_models(models::LocalModels& local, const std::filesystem::path& root) {
    const auto unusable = local.scan(root, SystemClock{}.now().wall);
    if (!unusable) return Failure{unusable.error()};
    for (const std::string& why : *unusable) log::warn("model not usable", {{"reason", why}});
    for (const models::LocalModel& model : local.all())
        log::info("model", {{"name", model.manifest.name},
                            {"digest", crypto::to_hex(model::digest(model.manifest))}});
    if (!local.all().empty()) return {};
    return fail(ErrorCode::not_found, root.string() + " holds no usable model");
}

link::Machine machine_of(const models::LocalModels& local, const EngineFacts& facts) {
    link::Machine machine{.build = kBuild,
                          .device = facts.device,
                          .memory_bytes = facts.memory_bytes,
                          .slots = facts.batch,
                          .models = {}};
    for (const models::LocalModel& model : local.all())
        machine.models.push_back(
            {model.manifest.name, crypto::to_hex(model::digest(model.manifest)), {}});
    return machine;
}

// The session's thread calls it while the render threads use LocalModels: hence a copy of the list.
auto matching(std::vector<models::LocalModel> local) {
    return [local = std::move(local)](const std::vector<models::PoolModel>& pool) {
        models::Match match = models::match_models(local, pool);
        for (const std::string& warning : match.warnings)
            log::warn("model differs from the pool's", {{"reason", warning}});
        if (match.usable.empty()) log::warn("the pool wants none of this machine's models");
        return std::move(match.usable);
    };
}

render_child::RendererOptions renderer_options(const RunOptions& options,
                                               render_child::OnLoaded on_loaded) {
    return {.program = render_child::renderer_beside_us(),
            .threads = options.threads,
            .batch = options.slots,
            .model_memory = options.model_memory,
            .precision = options.precision,
            .niceness = options.niceness,
            .memory_bytes = options.memory_gib << 30U,
            .on_loaded = std::move(on_loaded)};
}

Result<> run(const daemon::Home& home, const RunOptions& options) {
    const auto membership = home.membership();
    if (!membership) return Failure{membership.error()};
    const auto identity = identity_of(home, *membership);
    if (!identity) return Failure{identity.error()};
    const auto outbox = link::Outbox::open(home.folder() / "outbox");
    if (!outbox) return Failure{outbox.error()};
    models::LocalModels local{home.folder() / "digests"};
    if (const auto found = find_models(local, membership->models); !found)
        return Failure{found.error()};
    daemon::Mailbox mailbox;
    const auto post = [&mailbox](Event event) { mailbox.push(std::move(event)); };
    daemon::Places places{local.all()};
    post(PlacesChanged{places.now({})});
    const auto on_loaded = [&](const auto& loaded) { post(PlacesChanged{places.now(loaded)}); };
    auto renderer = std::make_unique<render_child::Renderer>(renderer_options(options, on_loaded));
    const auto facts = renderer->start();
    if (!facts) return Failure{Error{ErrorCode::internal, facts.error().message, {}}};
    log::info("renderer ready", {{"engine", facts->engine},
                                 {"device", facts->device},
                                 {"slots", std::to_string(facts->batch)}});

    const SystemClock clock;
    // The chain that every job goes through, outermost first, several of them at once. What comes
    // out of it is kept in the outbox (daemon/render_threads) before the pool hears of it.
    ExecutorPtr painter = link::fetched(membership->pool, std::move(renderer));
    const ExecutorPtr chain = sign::signed_by(
        *identity,
        encoded(kVersion, timed(clock, models::verified(local, clock, std::move(painter)))));

    std::thread{[&mailbox] { obey_signals(mailbox); }}.detach();  // Until the process ends.
    daemon::RenderThreads renders{facts->batch, *chain, *outbox, post};
    daemon::UploadThread uploads{membership->pool, *outbox, post};
    Agent agent{membership->pool.pool_key, facts->batch, outbox->list(), clock.now()};
    Result<> stayed;
    {
        link::Session session{membership->pool,
                              identity->key,
                              machine_of(local, *facts),
                              {.match = matching(local.all()), .post = post}};
        stayed = daemon::run(agent, {clock, mailbox, *outbox, session, renders, uploads});
    }
    log::info("left the pool");
    // At once: a step under way may take a minute, and its picture has no taker any more. The
    // renderer dies with us.
    std::_Exit(stayed ? EXIT_SUCCESS
                      : report(stayed.error().during("the pool has sent this worker away")));
}

int main(int argc, char** argv) {
    const Invocation invocation = read_command_line(argc, argv);
    if (!invocation.run) return invocation.exit_code;
    log::configure(invocation.run->log_level, invocation.run->log_format);
    hold_signals();
    const auto home = daemon::Home::open(invocation.run->data);
    if (!home) return report(home.error());
    if (invocation.join) {
        if (const auto joined = join(*home, *invocation.join); !joined)
            return report(joined.error());
        if (invocation.join->only_join) return EXIT_SUCCESS;
    }
    const auto ran = run(*home, *invocation.run);
    return ran ? EXIT_SUCCESS : report(ran.error());
}

}  // namespace
}  // namespace gotong::worker

int main(int argc, char** argv) { return gotong::worker::main(argc, argv); }
