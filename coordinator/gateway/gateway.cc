#include "coordinator/gateway/gateway.h"

#include <pthread.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "coordinator/gateway/listener.h"

namespace gotong::gateway {
namespace {

namespace net = boost::asio;
using boost::system::error_code;

// A thread blocks while a blob is synced, and while the core is asked for a picture.
constexpr int kThreads = 4;

Result<> load_tls(net::ssl::context& context, const TlsFiles& files) {
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    error_code error;
    std::filesystem::path at = files.certificate;
    context.use_certificate_chain_file(files.certificate.string(), error);
    if (!error) {
        at = files.key;
        context.use_private_key_file(files.key.string(), net::ssl::context::pem, error);
    }
    if (!error) return {};
    return fail(ErrorCode::invalid_argument,
                "cannot use " + at.string() + " for TLS: " + error.message());
}

}  // namespace

struct Gateway::State {
    State(const Options& options, Services services)
        : router(std::move(services)),
          tls(net::ssl::context::tls_server),
          listener(context.get_executor(), options.tls ? &tls : nullptr, router, options.limits,
                   connections) {}

    void stop() {
        context.stop();
        threads.clear();
    }

    // In this order: the sessions end with the context, and use what stands before it.
    Router router;
    net::ssl::context tls;
    std::atomic<std::size_t> connections{0};
    net::io_context context;
    Listener listener;
    std::vector<std::jthread> threads;
};

Result<std::unique_ptr<Gateway>> Gateway::start(const Options& options, Services services) {
    auto state = std::make_unique<State>(options, std::move(services));
    if (options.tls) {
        if (Result<> loaded = load_tls(state->tls, *options.tls); !loaded) {
            return Failure{loaded.error()};
        }
    }
    if (Result<> listening = state->listener.listen(options.host, options.port); !listening) {
        return Failure{listening.error()};
    }
    net::co_spawn(state->context, state->listener.run(), net::detached);
    for (int n = 0; n < kThreads; ++n) {
        state->threads.emplace_back([context = &state->context] { context->run(); });
        ::pthread_setname_np(state->threads.back().native_handle(), "gateway");
    }
    return std::unique_ptr<Gateway>(new Gateway(std::move(state)));
}

Gateway::Gateway(std::unique_ptr<State> state) : state_(std::move(state)) {}

Gateway::~Gateway() { state_->stop(); }

std::uint16_t Gateway::port() const { return state_->listener.port(); }

}  // namespace gotong::gateway
