// The pool's HTTP door: pictures in and out by pre-signed URL, and whether the pool is well. On
// threads of its own; nothing here runs on gRPC's or the core's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/gateway/exchange.h"

namespace gotong::gateway {

// Against peers that are slow on purpose. The defaults are for strangers on home connections.
struct Limits {
    std::chrono::milliseconds header{10'000};  // From a request's first byte to its head's end.
    std::chrono::milliseconds idle{60'000};    // Between two requests.
    std::chrono::milliseconds stall{30'000};   // Without a byte moving, in a body.
    // A body must come at this pace on the whole, or 500 slow peers hold 500 places for hours: an
    // eighth of the slowest uplink on sale.
    std::uint64_t bytes_per_second = 16'384;
    // Each is a descriptor and about 100 KiB.
    std::size_t connections = 512;
};

struct TlsFiles {                       // PEM.
    std::filesystem::path certificate;  // With its chain.
    std::filesystem::path key;
};

struct Options {
    std::string host;        // An address or a name; "0.0.0.0" or "::" for all.
    std::uint16_t port = 0;  // 0: any free one.
    std::optional<TlsFiles> tls;
    Limits limits;
};

class Gateway {
  public:
    // Listens when it returns. Errors: failed_precondition when the port is taken or the address
    // is not this machine's; invalid_argument for a certificate or key that cannot be used.
    static Result<std::unique_ptr<Gateway>> start(const Options& options, Services services);

    // Cuts every connection; uploads that were not answered have left nothing behind. Stop it
    // before what `services` call goes away.
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    std::uint16_t port() const;

  private:
    struct State;
    explicit Gateway(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace gotong::gateway
