// A TCP relay on loopback that does to connections what networks do: it cuts and resets them,
// delays and drips their bytes, keeps them open and moves nothing, one way or both.
//
// Threads: one of its own moves the bytes; everything below may be called from any, and holds from
// then on, for connections that are open as for later ones.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace gotong::test {

class FaultProxy {
  public:
    enum class Way { up, down };  // Up: from whoever connected to whoever serves.
    enum class End { cut, reset };

    // What happens to the bytes of one way.
    struct Fault {
        bool held = false;  // They wait here until that changes, as on a line that heals again.
        bool lost = false;  // They vanish, and the connection stays silent that way for good.
        std::chrono::milliseconds delay{0};  // Of each piece.
        std::size_t bytes_per_second = 0;    // 0: as fast as they come.
    };

    // When a connection ends by itself: after so many bytes both ways together.
    struct Fate {
        std::size_t bytes = 0;  // 0: never.
        End end = End::cut;
    };
    // Asked once for each connection, which are numbered from 0.
    using Fates = std::function<Fate(std::size_t connection)>;

    FaultProxy();
    ~FaultProxy();
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;

    std::string address() const;                // "127.0.0.1:40123"
    void forward_to(const std::string& where);  // The same; later connections go there.

    void set(Way way, const Fault& fault);
    void hold(Way way) { set(way, {.held = true}); }
    void lose(Way way) { set(way, {.lost = true}); }
    void heal();  // No fault either way; what was held arrives.
    void end_after(Fates fates);

    void end_all(End how);  // Of the connections that are open.

    std::size_t connections() const { return accepted_; }  // So far.
    std::size_t waiting(Way way) const;                    // Bytes that are held now.

  private:
    using tcp = boost::asio::ip::tcp;
    struct Relay;

    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(std::shared_ptr<Relay> relay);
    boost::asio::awaitable<void> pump(std::shared_ptr<Relay> relay, Way way);
    boost::asio::awaitable<void> pass(Relay& relay, Way way, std::size_t size);
    boost::asio::awaitable<void> wait_while_held(Relay& relay, Way way, std::size_t size);
    Fault fault(Way way) const;
    Fate fate(std::size_t connection) const;

    mutable std::mutex mutex_;  // Guards what follows.
    Fault faults_[2];
    Fates fates_;
    std::uint16_t target_ = 0;

    std::atomic<std::size_t> accepted_{0};
    std::atomic<std::size_t> waiting_[2]{};
    boost::asio::io_context io_{1};
    tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::map<std::size_t, std::weak_ptr<Relay>> open_;  // Of the proxy's thread alone.
    std::jthread thread_;                               // Last: it uses the others.
};

}  // namespace gotong::test
