// A gateway on a loopback port with everything behind it, and a client on a real socket.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/crypto/sha256.h"
#include "coordinator/blob/folder.h"
#include "coordinator/gateway/gateway.h"
#include "tests/support/temp_dir.h"

namespace gotong::gateway {

class SetClock final : public Clock {
  public:
    Now now() const override { return {Monotonic{}, WallTime{std::chrono::milliseconds{wall_ms}}}; }
    std::atomic<std::int64_t> wall_ms{1'700'000'000'000};
};

struct Door {
    explicit Door(Limits limits = {}, std::optional<TlsFiles> tls = std::nullopt);

    std::uint16_t port() const { return gateway->port(); }
    WallTime soon() const { return clock.now().wall + 60s; }
    std::string put_url(std::string_view bytes) const {
        return presigner.put_blob(crypto::sha256(as_bytes(bytes)), bytes.size(), soon());
    }
    std::string get_url(std::string_view bytes) const {
        return presigner.get_blob(crypto::sha256(as_bytes(bytes)), soon());
    }
    bool holds(std::string_view bytes) const {
        return blobs->size(crypto::sha256(as_bytes(bytes))).has_value();
    }
    // Uploads that the core was told of, with their sizes, and those that it was told are gone.
    std::map<blob::InputName, std::uint64_t> kept() const {
        const std::lock_guard lock(mutex);
        return told_kept;
    }
    std::set<blob::InputName> lost() const {
        const std::lock_guard lock(mutex);
        return told_lost;
    }
    std::size_t unfinished() const;  // Blobs and uploads on their way in.

    test::TempDir folder;
    SetClock clock;
    blob::Presigner presigner{crypto::Digest{1, 2, 3}};
    std::unique_ptr<blob::BlobStore> blobs;
    std::unique_ptr<blob::Inputs> inputs;
    std::optional<Error> no_room;
    mutable std::mutex mutex;
    mutable std::map<blob::InputName, std::uint64_t> told_kept;
    mutable std::set<blob::InputName> told_lost;
    std::map<JobId, Picture> pictures;
    std::optional<Error> not_ready;
    std::unique_ptr<Gateway> gateway;
};

struct Answer {
    unsigned status = 0;
    std::string body;
    std::map<std::string, std::string> headers;  // By lower-case name.
};

class Client {
  public:
    explicit Client(const Door& door);

    void send(std::string_view raw);  // Errors are left for answer() to see.
    // The next answer; nullopt when the connection ends without one.
    std::optional<Answer> answer(bool to_head = false);
    // Waits for the peer to hang up; false when something comes instead.
    bool is_hung_up();
    void close() { socket_.close(); }

    std::optional<Answer> request(std::string_view verb, std::string_view target,
                                  std::string_view body = {});

  private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_{context_};
    boost::beast::flat_buffer buffer_;
};

// "PUT <target> HTTP/1.1" and its headers, without the body.
std::string put_head(std::string_view target, std::size_t size, std::string_view more = {});

}  // namespace gotong::gateway
