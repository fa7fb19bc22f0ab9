// gotong-coordinator: builds every part in order, serves until it is told to stop, and takes the
// parts down in reverse. The only place that knows concrete types.
#include <iostream>

#include "common/crypto/token.h"
#include "common/log/log.h"
#include "coordinator/blob/folder.h"
#include "coordinator/blob/inputs.h"
#include "coordinator/boot/data_folder.h"
#include "coordinator/boot/pool_name.h"
#include "coordinator/boot/process.h"
#include "coordinator/boot/tls.h"
#include "coordinator/core/core.h"
#include "coordinator/gateway/gateway.h"
#include "coordinator/loop/loop.h"
#include "coordinator/loop/wait_for.h"
#include "coordinator/main_options.h"
#include "coordinator/main_watch.h"
#include "coordinator/notary/pool_notary.h"
#include "coordinator/rpc/admin_service.h"
#include "coordinator/rpc/creator_service.h"
#include "coordinator/rpc/result_desk.h"
#include "coordinator/rpc/server.h"
#include "coordinator/rpc/speaker.h"
#include "coordinator/rpc/worker_service.h"
#include "coordinator/store/sqlite/store.h"

namespace gotong {
namespace {

constexpr const char* kOperator = "operator";  // The account of DIR/creator.token.

// What lies in the data folder, opened. The store comes first: it locks the folder.
struct Belongings {
    std::unique_ptr<store::Store> store;
    std::string pool_name;
    std::unique_ptr<blob::BlobStore> blobs;
    std::unique_ptr<blob::Inputs> inputs;
    blob::Presigner presigner;
    crypto::SigningKey key;
    std::optional<boot::Tls> tls;
};

Result<std::optional<boot::Tls>> choose_tls(const Options& options) {
    const bool given = !options.tls.certificate.empty() || !options.tls.key.empty();
    const auto chosen = [](Result<boot::Tls> tls) -> Result<std::optional<boot::Tls>> {
        if (!tls) return Failure(tls.error());
        return std::optional{*std::move(tls)};
    };
    if (given) return chosen(boot::given_certificate(options.tls));
    if (options.listen.is_loopback() && options.http.is_loopback()) return std::nullopt;
    return chosen(boot::own_certificate(options.data, {boot::reachable(options.listen).host}));
}

Result<Belongings> open_folder(const Options& options) {
    auto store = sqlite::open(options.data);
    if (!store) return Failure(store.error());
    boot::remove_endpoints(options.data);  // Of one that was killed.
    auto name = boot::name_of_pool(**store, options.pool_name);
    if (!name) return Failure(name.error());
    auto key = crypto::SigningKey::load_or_create(options.data / "pool.key");
    if (!key) return Failure(key.error());
    if (auto written = boot::write_public_key(options.data, key->public_key()); !written) {
        return Failure(written.error());
    }
    auto presigner = blob::Presigner::load_or_create(options.data / "presign.key");
    if (!presigner) return Failure(presigner.error());
    auto blobs = blob::open_folder(options.data / "blobs");
    if (!blobs) return Failure(blobs.error());
    auto inputs = blob::Inputs::open_folder(options.data / "inputs");
    if (!inputs) return Failure(inputs.error());
    auto tls = choose_tls(options);
    if (!tls) return Failure(tls.error());
    return Belongings{.store = *std::move(store),
                      .pool_name = *std::move(name),
                      .blobs = *std::move(blobs),
                      .inputs = *std::move(inputs),
                      .presigner = *presigner,
                      .key = *std::move(key),
                      .tls = *std::move(tls)};
}

// Two heartbeats may be lost before an idle worker counts as gone, and many of a busy one's.
core::Policy policy_for(const Options& options, const std::string& pool_name) {
    constexpr int kIdlePerTtl = 5, kIdleShare = 2, kBusyPerTtl = 15;  // 30 s and 5 s of 75 s.
    const std::chrono::milliseconds ttl = options.session_ttl;
    core::Policy policy{.pool_name = pool_name};
    policy.session_ttl = ttl;
    policy.heartbeat_idle = ttl * kIdleShare / kIdlePerTtl;
    policy.heartbeat_busy = ttl / kBusyPerTtl;
    policy.input_quota = options.retention.upload_quota;
    policy.input_kept = options.retention.keep_uploads;
    policy.keep_pictures = options.retention.keep_pictures;
    policy.keep_jobs = options.retention.keep_jobs;
    return policy;
}

// A pool without any account gets the operator's, with the token in DIR/creator.token.
Result<> open_operator_account(loop::Loop& loop, const Options& options) {
    const auto any = loop::wait_for<bool>(
        loop, [](loop::Turn& turn, auto answer) { answer(!turn.core().accounts().empty()); });
    if (!any) return Failure(any.error());
    if (*any) return {};
    const auto token = boot::creator_token(options.data);
    if (!token) return Failure(token.error());
    const core::AddAccount account{
        .name = kOperator, .token_hash = crypto::token_hash(*token), .grant = options.grant};
    const auto added = loop::wait_for<core::Answer>(
        loop, [account](loop::Turn& turn, auto answer) { turn.ask(account, answer); });
    if (!added) return Failure(added.error());
    return {};
}

// Files and rows of uploads are brought in line, as a crash or an operator may have left them.
Result<> take_stock(loop::Loop& loop, const blob::Inputs& inputs) {
    const auto taken = loop::wait_for<bool>(
        loop, [found = core::InputsFound{inputs.list()}](loop::Turn& turn, auto answer) {
            turn.step(core::Event{found});
            answer(true);
        });
    return taken ? Result<>{} : Failure(taken.error());
}

// Files are removed on the loop's thread alone, so what is there in a turn stays for that turn.
Result<> keep_input(loop::Loop& loop, const blob::Inputs& inputs, const blob::InputName& name,
                    std::uint64_t size) {
    const auto kept =
        loop::wait_for<core::Answer>(loop, [&inputs, name, size](loop::Turn& turn, auto answer) {
            if (inputs.size(name)) {
                return turn.ask(core::InputStored{.name = name, .size = size}, answer);
            }
            answer(fail(ErrorCode::unavailable, "the upload was just removed; send it again"));
        });
    return kept ? Result<>{} : Failure(kept.error());
}

void lose_input(loop::Loop& loop, const blob::Inputs& inputs, const blob::InputName& name) {
    // Whoever fetched it comes again when the queue is full.
    (void)loop.post([&inputs, name](loop::Turn& turn) {
        if (!inputs.size(name)) turn.step(core::Event{core::InputLost{name}});
    });
}

gateway::Services services_for(loop::Loop& loop, const Belongings& belongings, const Clock& clock) {
    return {.clock = clock,
            .presigner = belongings.presigner,
            .blobs = *belongings.blobs,
            .picture = [&loop](JobId id) -> std::optional<gateway::Picture> {
                const auto job =
                    loop::wait_for<job::Job>(loop, [id](loop::Turn& turn, auto answer) {
                        auto found = turn.store().find_job(id);
                        answer(found.value_or(job::Job{}));
                    });
                if (!job || job->state != job::State::done) return std::nullopt;
                return gateway::Picture{.blob = job->picture.sha256,
                                        .bundle = job->picture.bundle,
                                        .removed = job->picture_removed};
            },
            .ready = [&loop]() -> Result<> {
                const auto turned =
                    loop::wait_for<bool>(loop, [](loop::Turn&, auto answer) { answer(true); });
                return turned ? Result<>{} : Failure(turned.error());
            },
            .inputs = *belongings.inputs,
            .keep_input = [&loop, &inputs = *belongings.inputs](
                              const auto& name,
                              std::uint64_t size) { return keep_input(loop, inputs, name, size); },
            .lost_input = [&loop, &inputs = *belongings.inputs](
                              const auto& name) { lose_input(loop, inputs, name); }};
}

gateway::Options gateway_options(const Options& options, const std::optional<boot::Tls>& tls) {
    gateway::Options chosen{
        .host = options.http.host, .port = options.http.port, .tls = {}, .limits = {}};
    if (tls) {
        chosen.tls = {.certificate = tls->files.certificate, .key = tls->files.key};
    }
    return chosen;
}

rpc::LinkPolicy link_policy(const Options& options, bool tls, std::uint16_t port) {
    return {.public_url = options.public_url,
            .scheme = tls ? "https" : "http",
            .http_host = options.http.is_wildcard() ? "" : options.http.url_host(),
            .http_port = port,
            .fallback_host = boot::reachable(options.http).url_host()};
}

// Everything of an invite but its token and address, which is known when the port is.
invite::Invite invite_of(const Belongings& belongings) {
    invite::Invite invite{.address = {},
                          .pool_key = belongings.key.public_key(),
                          .pool_name = belongings.pool_name,
                          .token = {},
                          .fingerprint = {},
                          .web_trusted = false};
    if (belongings.tls) {
        invite.fingerprint = belongings.tls->fingerprint;
        invite.web_trusted = belongings.tls->web_trusted;
    }
    return invite;
}

Result<std::unique_ptr<rpc::Server>> serve_public(const Options& options,
                                                  const std::optional<boot::Tls>& tls,
                                                  const std::vector<rpc::Served>& services) {
    auto server =
        rpc::Server::start(options.listen.text(), tls ? &tls->certificate : nullptr, services);
    if (server) return server;
    return fail(ErrorCode::unavailable, boot::why_not_listening(options.listen, "listen"));
}

Result<std::unique_ptr<rpc::Server>> serve_operator(const Options& options,
                                                    rpc::AdminService& service) {
    const auto address = boot::admin_address(options.data);
    if (!address) return Failure(address.error());
    auto server =
        rpc::Server::start(*address, nullptr, {{&service, v1::AdminService::service_full_name()}});
    if (server) boot::close_to_others(options.data);
    return server;
}

boot::Endpoints endpoints_of(const Options& options, const std::optional<boot::Tls>& tls,
                             std::uint16_t grpc_port, std::uint16_t http_port) {
    boot::Endpoints endpoints{
        .grpc = boot::local(options.listen), .http = boot::local(options.http), .fingerprint = {}};
    endpoints.grpc.port = grpc_port;
    endpoints.http.port = http_port;
    if (tls) endpoints.fingerprint = tls->fingerprint;
    return endpoints;
}

void announce(const Options& options, const std::string& pool_name,
              const boot::Endpoints& endpoints) {
    log::info("serving", {{"pool", pool_name},
                          {"grpc", endpoints.grpc.text()},
                          {"http", endpoints.http.text()},
                          {"tls", endpoints.fingerprint ? "yes" : "no"},
                          {"data", options.data.string()}});
}

Result<> run(const Options& options) {
    auto belongings = open_folder(options);
    if (!belongings) return Failure(belongings.error());
    const std::optional<boot::Tls>& tls = belongings->tls;
    const SystemClock clock;
    notary::SystemRng rng;
    const invite::Invite invite = invite_of(*belongings);
    notary::PoolNotary notary(std::move(belongings->key), belongings->pool_name);
    core::Core core(policy_for(options, belongings->pool_name), rng, notary);

    rpc::WorkerStreams workers;
    rpc::Watchers watchers;
    rpc::Speaker speaker(workers, watchers, *belongings->inputs, *belongings->blobs);
    loop::Loop loop(core, *belongings->store, clock, speaker);
    rpc::ResultDesk results(loop, workers, *belongings->blobs);
    if (auto started = loop.start(); !started) return started;
    if (auto opened = open_operator_account(loop, options); !opened) return opened;
    if (auto taken = take_stock(loop, *belongings->inputs); !taken) return taken;

    rpc::ProbeCounts probes;
    gateway::Services services = services_for(loop, *belongings, clock);
    const metrics::Sources sources{loop,         workers,       watchers, probes, *services.counts,
                                   options.data, GOTONG_VERSION};
    if (auto shown = show_metrics(options, sources, services); !shown) return shown;
    auto gateway = gateway::Gateway::start(gateway_options(options, tls), std::move(services));
    if (!gateway) return Failure(gateway.error());
    rpc::Edge edge{.loop = loop,
                   .clock = clock,
                   .presigner = belongings->presigner,
                   .pool_name = belongings->pool_name,
                   .pool_key = notary.public_key(),
                   .version = GOTONG_VERSION,
                   .invite = invite,
                   .grant = options.grant,
                   .links = link_policy(options, tls.has_value(), (*gateway)->port())};
    rpc::CreatorService creators(edge, watchers);
    rpc::WorkerService worker_service(edge, workers, results);
    auto server = serve_public(options, tls,
                               {{&creators, v1::CreatorService::service_full_name()},
                                {&worker_service, v1::WorkerService::service_full_name()}});
    if (!server) return Failure(server.error());

    const auto endpoints = endpoints_of(options, tls, (*server)->port(), (*gateway)->port());
    const boot::Address outside =
        boot::reachable({.host = options.listen.host, .port = endpoints.grpc.port});
    edge.invite.address = options.public_address.empty() ? outside.text() : options.public_address;
    rpc::AdminService admin(edge, workers);
    auto operator_server = serve_operator(options, admin);
    if (!operator_server) return Failure(operator_server.error());
    if (auto written = boot::write_endpoints(options.data, endpoints); !written) return written;
    announce(options, belongings->pool_name, endpoints);
    auto probe = start_probe(options, tls.has_value(), endpoints.grpc.port, probes);

    log::info("stopping", {{"because", boot::wait_for_stop()}});
    probe.reset();
    const Error leaving{ErrorCode::unavailable, "the coordinator is stopping; come back soon", {}};
    boot::remove_endpoints(options.data);
    workers.close(leaving);
    watchers.close(leaving);
    (*operator_server)->stop();
    (*server)->stop();
    gateway->reset();
    loop.stop();
    return {};
}

}  // namespace
}  // namespace gotong

int main(int argc, char** argv) {
    const gotong::Invocation invocation = gotong::read_command_line(argc, argv);
    if (!invocation.options) return invocation.exit_code;
    gotong::log::configure(invocation.options->log_level, invocation.options->log_format);
    gotong::boot::prepare_process();
    gotong::boot::hold_signals();
    gotong::rpc::prepare_grpc();
    if (const auto ran = gotong::run(*invocation.options); !ran) {
        std::cerr << "gotong-coordinator: " << ran.error().message << "\n";
        return ran.error().code == gotong::ErrorCode::invalid_argument ? 2 : 1;
    }
    return 0;
}
