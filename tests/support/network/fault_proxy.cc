#include "tests/support/network/fault_proxy.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace gotong::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{2};   // Whether what is held may go on.
constexpr int kDripsPerSecond = 20;     // A slow line moves in small pieces.
constexpr std::size_t kPiece = 16'384;  // Most bytes at once.

awaitable<void> pause(milliseconds time) {
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(use_awaitable);
}

std::size_t index(FaultProxy::Way way) { return static_cast<std::size_t>(way); }

}  // namespace

// One connection and its other half.
struct FaultProxy::Relay {
    explicit Relay(tcp::socket accepted, asio::io_context& io)
        : client(std::move(accepted)), server(io) {}

    void end(End how) {
        for (tcp::socket* socket : {&client, &server}) {
            error_code ignored;
            if (how == End::reset) socket->set_option(asio::socket_base::linger{true, 0}, ignored);
            socket->close(ignored);
        }
    }

    tcp::socket& from(Way way) { return way == Way::up ? client : server; }
    tcp::socket& to(Way way) { return way == Way::up ? server : client; }

    tcp::socket client;
    tcp::socket server;
    Fate fate;
    std::size_t moved = 0;
    std::array<bool, 2> is_silent{};
    std::array<std::array<char, kPiece>, 2> pieces{};
};

FaultProxy::FaultProxy() {
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::jthread{[this] { io_.run(); }};
}

FaultProxy::~FaultProxy() { io_.stop(); }

std::string FaultProxy::address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void FaultProxy::forward_to(const std::string& where) {
    const std::lock_guard lock{mutex_};
    target_ = static_cast<std::uint16_t>(std::stoi(where.substr(where.rfind(':') + 1)));
}

void FaultProxy::set(Way way, const Fault& fault) {
    const std::lock_guard lock{mutex_};
    faults_[index(way)] = fault;
}

void FaultProxy::heal() {
    const std::lock_guard lock{mutex_};
    for (Fault& fault : faults_) fault = {};
    fates_ = nullptr;
}

void FaultProxy::end_after(Fates fates) {
    const std::lock_guard lock{mutex_};
    fates_ = std::move(fates);
}

void FaultProxy::end_all(End how) {
    asio::post(io_, [this, how] {
        for (auto& [number, relay] : std::exchange(open_, {}))
            if (const auto alive = relay.lock()) alive->end(how);
    });
}

std::size_t FaultProxy::waiting(Way way) const { return waiting_[index(way)]; }

FaultProxy::Fault FaultProxy::fault(Way way) const {
    const std::lock_guard lock{mutex_};
    return faults_[index(way)];
}

FaultProxy::Fate FaultProxy::fate(std::size_t connection) const {
    const std::lock_guard lock{mutex_};
    return fates_ ? fates_(connection) : Fate{};
}

awaitable<void> FaultProxy::accept() {
    while (true) {
        auto relay = std::make_shared<Relay>(co_await acceptor_.async_accept(use_awaitable), io_);
        const std::size_t number = accepted_++;
        relay->fate = fate(number);
        std::erase_if(open_, [](const auto& entry) { return entry.second.expired(); });
        open_.emplace(number, relay);
        asio::co_spawn(io_, serve(std::move(relay)), asio::detached);
    }
}

// Whoever serves may be away: then the connection is refused, as late as that shows.
awaitable<void> FaultProxy::serve(std::shared_ptr<Relay> relay) {
    std::uint16_t port = 0;
    {
        const std::lock_guard lock{mutex_};
        port = target_;
    }
    error_code error;
    co_await relay->server.async_connect({asio::ip::address_v4::loopback(), port},
                                         asio::redirect_error(use_awaitable, error));
    if (error) {
        relay->end(End::reset);
        co_return;
    }
    asio::co_spawn(io_, pump(relay, Way::up), asio::detached);
    asio::co_spawn(io_, pump(relay, Way::down), asio::detached);
}

awaitable<void> FaultProxy::pump(std::shared_ptr<Relay> relay, Way way) {
    try {
        while (true) {
            auto& piece = relay->pieces[index(way)];
            error_code error;
            const std::size_t size = co_await relay->from(way).async_read_some(
                asio::buffer(piece), asio::redirect_error(use_awaitable, error));
            if (error == asio::error::eof) {
                co_await wait_while_held(*relay, way, 0);
                relay->to(way).shutdown(tcp::socket::shutdown_send);
                co_return;
            }
            if (error) throw boost::system::system_error{error};
            co_await pass(*relay, way, size);
        }
    } catch (const boost::system::system_error&) {
        relay->end(End::reset);  // As the one side did.
    }
}

awaitable<void> FaultProxy::wait_while_held(Relay& relay, Way way, std::size_t size) {
    if (!fault(way).held) co_return;
    waiting_[index(way)] += size;
    while (fault(way).held && relay.to(way).is_open()) co_await pause(kLookEvery);
    waiting_[index(way)] -= size;
}

awaitable<void> FaultProxy::pass(Relay& relay, Way way, std::size_t size) {
    co_await wait_while_held(relay, way, size);
    const Fault now = fault(way);
    bool& is_silent = relay.is_silent[index(way)];
    is_silent = is_silent || now.lost;
    if (is_silent) co_return;
    if (now.delay.count() > 0) co_await pause(now.delay);
    const char* at = relay.pieces[index(way)].data();
    while (size > 0) {
        std::size_t next = size;
        if (now.bytes_per_second > 0) {
            next = std::min(size, std::max<std::size_t>(1, now.bytes_per_second / kDripsPerSecond));
            co_await pause(milliseconds{1000 / kDripsPerSecond});
        }
        if (relay.fate.bytes > 0) next = std::min(next, relay.fate.bytes - relay.moved);
        co_await asio::async_write(relay.to(way), asio::buffer(at, next), use_awaitable);
        at += next;
        size -= next;
        relay.moved += next;
        if (relay.fate.bytes > 0 && relay.moved >= relay.fate.bytes) {
            relay.end(relay.fate.end);
            throw boost::system::system_error{asio::error::connection_aborted};
        }
    }
}

}  // namespace gotong::test
