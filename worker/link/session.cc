#include "worker/link/session.h"

#include <algorithm>
#include <array>
#include <bit>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "common/backoff/backoff.h"
#include "common/crypto/random.h"
#include "common/handshake/handshake.h"
#include "common/log/log.h"
#include "common/receipt/dsse.h"
#include "worker/link/channel.h"
#include "worker/link/convert.h"
#include "worker/link/polling.h"
#include "worker/link/stream.h"

namespace gotong::link {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHelloType = "application/vnd.gotong.hello.v1";
constexpr std::size_t kNonce = 32;
// Once the pool has said how long a session lives without a stream, there are some tries within
// that: a pool that was away for an hour still finds the leases when it is back.
constexpr int kTriesInSession = 3;
constexpr Backoff kReconnect{.first = 1s, .most = 30s};
// A pool cannot keep us away with a joke of a spread.
constexpr std::chrono::milliseconds kWidestSpread = 60s;
// A session that lasted so long was a good one: the next failure is a first one again. Two daemons
// with one key, which throw each other out at once, slow down instead.
constexpr auto kGoodSession = 30s;
constexpr auto kConnectWithin = 15s;
constexpr auto kConnectLook = 200ms;
// For frames that were written before the end to arrive.
constexpr auto kGoodbyeWithin = 1s;

// Uniform in [0, 1).
double random_share() {
    std::array<std::uint8_t, 4> bytes{};
    crypto::fill(bytes);
    return std::bit_cast<std::uint32_t>(bytes) / 4294967296.0;
}

std::chrono::milliseconds spread_of(const v1::Desired& desired) {
    const auto most = static_cast<std::uint64_t>(kWidestSpread.count());
    return std::chrono::milliseconds{std::min(desired.reconnect_spread_ms(), most)};
}

Failure unexpected_frame() {
    return fail(ErrorCode::internal, "the pool does not speak the protocol of this worker");
}

}  // namespace

class Session::Impl {
  public:
    Impl(Endpoint pool, const crypto::SigningKey& key, Machine machine, Hooks hooks, WayPolicy ways)
        : pool_(std::move(pool)),
          key_(key),
          machine_(std::move(machine)),
          hooks_(std::move(hooks)),
          instance_nonce_(crypto::random_id<SessionId>()),
          ways_(ways),
          thread_([this](const std::stop_token& stop) { run(stop); }) {}

    ~Impl() {
        thread_.request_stop();
        std::unique_lock lock{mutex_};
        if (stream_) stream_->half_close();
        ended_.wait_for(lock, kGoodbyeWithin, [this] { return stream_ == nullptr; });
        if (stream_) stream_->cancel();
    }

    bool send(const v1::ConnectRequest& frame) {
        const std::shared_ptr<Line> stream = welcomed_stream();
        return stream && stream->write(frame);
    }

  private:
    // Shared with the session's own thread, which lets go of it when the stream ends: a write that
    // is under way then still has its stream.
    std::shared_ptr<Line> welcomed_stream() {
        const std::lock_guard lock{mutex_};
        return is_welcomed_ ? stream_ : nullptr;
    }

    void run(const std::stop_token& stop) {
        std::uint32_t failures = 0;
        while (!stop.stop_requested()) {
            const auto began = std::chrono::steady_clock::now();
            const Error why = stay_once(stop);
            if (stop.stop_requested()) return;
            if (is_final(why)) return hooks_.post(worker::SentAway{why.message});
            hooks_.post(worker::SessionDown{});
            if (std::chrono::steady_clock::now() - began > kGoodSession) failures = 0;
            const auto delay = backoff_delay(backoff_, ++failures, random_share());
            log::warn("no connection to the pool", {{"pool", pool_.address},
                                                    {"error", why.message},
                                                    {"retry_ms", std::to_string(delay.count())}});
            std::unique_lock lock{mutex_};
            pause_.wait_for(lock, stop, delay, [] { return false; });
        }
    }

    // The pool's own word that it does not want this key. A proxy that says no, or a certificate
    // that is not the pool's, may be gone tomorrow.
    bool is_final(const Error& why) const {
        return was_challenged_ && why.code == ErrorCode::permission_denied;
    }

    // From connecting to the end of the line, whose reason it returns.
    Error stay_once(const std::stop_token& stop) {
        was_challenged_ = false;
        auto channel = open_channel(pool_);
        if (!channel) return channel.error();
        way_ = ways_.next();
        const bool was_connected = connects(**channel, stop);
        if (!was_connected && (*channel)->GetState(false) != GRPC_CHANNEL_TRANSIENT_FAILURE)
            return {ErrorCode::unavailable, "nobody answers at the pool's address", {}};
        const auto began = std::chrono::steady_clock::now();
        was_welcomed_ = false;
        const std::shared_ptr<Line> line = open_line(*channel);
        if (!publish(line, stop)) return line->finish();
        const Result<> stayed = talk(*line);
        if (!stayed) line->cancel();  // Else the pool ended it, and its status says why.
        Error why = line->finish();
        publish(nullptr, stop);
        note_way({.was_connected = was_connected,
                  .was_challenged = was_challenged_,
                  .was_welcomed = was_welcomed_,
                  .knows_no_calls = why.code == ErrorCode::unimplemented,
                  .lasted = std::chrono::steady_clock::now() - began});
        return stayed ? why : stayed.error();
    }

    std::shared_ptr<Line> open_line(const std::shared_ptr<grpc::Channel>& channel) const {
        if (way_ == Way::calls) return std::make_shared<Polling>(channel);
        return std::make_shared<Stream>(channel);
    }

    void note_way(const Stay& stay) {
        ways_.ended(way_, stay);
        if (way_ == Way::stream && ways_.next() == Way::calls)
            log::warn("no stream comes through to the pool; trying single calls instead",
                      {{"pool", pool_.address}});
    }

    // Whether somebody speaks HTTP/2 there. False soon when nobody answers.
    static bool connects(grpc::Channel& channel, const std::stop_token& stop) {
        const auto give_up = std::chrono::steady_clock::now() + kConnectWithin;
        while (!stop.stop_requested() && std::chrono::steady_clock::now() < give_up) {
            const grpc_connectivity_state state = channel.GetState(true);
            if (state == GRPC_CHANNEL_READY) return true;
            if (state == GRPC_CHANNEL_TRANSIENT_FAILURE) return false;
            channel.WaitForStateChange(state, std::chrono::system_clock::now() + kConnectLook);
        }
        return false;
    }

    // False when the session is being destroyed: nobody would cut the stream any more.
    bool publish(std::shared_ptr<Line> stream, const std::stop_token& stop) {
        const std::lock_guard lock{mutex_};
        const bool is_late = stream && stop.stop_requested();
        if (is_late) stream->cancel();
        stream_ = is_late ? nullptr : std::move(stream);
        is_welcomed_ = false;
        ended_.notify_all();
        return !is_late;
    }

    // An error of ours; success when the stream ended by itself.
    Result<> talk(Line& stream) {
        v1::ConnectResponse frame;
        if (!stream.read(frame)) return {};
        if (!frame.has_challenge() || frame.challenge().nonce().size() != kNonce)
            return unexpected_frame();
        was_challenged_ = true;
        if (!stream.write(hello(frame.challenge().nonce())) || !stream.read(frame)) return {};
        if (!frame.has_welcome()) return unexpected_frame();
        if (const Result<> welcomed = take_welcome(stream, frame.welcome()); !welcomed)
            return welcomed;
        const auto calls_until = std::chrono::steady_clock::now() + ways_.calls_for();
        while (true) {
            if (way_ == Way::calls && std::chrono::steady_clock::now() >= calls_until)
                return fail(ErrorCode::unavailable, "trying whether a stream comes through");
            if (!stream.read(frame)) return {};
            if (frame.has_welcome()) {  // The pool's catalogue has changed.
                if (Result<> again = take_welcome(stream, frame.welcome()); !again) return again;
                continue;
            }
            if (frame.has_desired()) take_desired(frame.desired());
            auto event = event_of(frame);
            if (!event) return Failure{event.error().during("read a frame of the pool")};
            if (*event) hooks_.post(std::move(**event));
        }
    }

    void take_desired(const v1::Desired& desired) {
        backoff_.spread = spread_of(desired);
        if (desired.notice() == notice_) return;
        notice_ = desired.notice();
        if (!notice_.empty()) log::warn("the pool has word for you", {{"notice", notice_}});
    }

    Result<> take_welcome(Line& stream, const v1::Welcome& welcome) {
        const auto catalogue = catalogue_of(welcome);
        if (!catalogue) return Failure{catalogue.error()};
        for (const std::string& refused : welcome.refused_models())
            log::warn("the pool refuses a model", {{"reason", refused}});
        resume_token_ = welcome.resume_token();
        const std::chrono::milliseconds ttl{
            std::min<std::uint64_t>(welcome.session_ttl_ms(), kLongestSilenceMs)};
        // Every Snapshot is answered, so a pool that says nothing for a whole session has gone.
        stream.allow_silence(std::max<std::chrono::milliseconds>(ttl, kShortestSilence));
        backoff_.most = std::clamp(ttl / kTriesInSession, kReconnect.first, kReconnect.most);
        worker::SessionUp up = session_up(welcome);
        up.models = hooks_.match(*catalogue);
        {
            const std::lock_guard lock{mutex_};
            is_welcomed_ = true;
        }
        was_welcomed_ = true;
        log::info("connected to the pool", {{"pool", pool_.address},
                                            {"session", welcome.session_id()},
                                            {"by", way_ == Way::calls ? "calls" : "stream"},
                                            {"models", std::to_string(up.models.size())}});
        hooks_.post(std::move(up));
        return {};
    }

    static constexpr auto kShortestSilence = 5s;
    static constexpr std::uint64_t kLongestSilenceMs = 600'000;
    // A pool cannot make us busy with heartbeats.
    static constexpr std::uint64_t kShortestHeartbeatMs = 100;

    static worker::SessionUp session_up(const v1::Welcome& welcome) {
        const auto beat = [](std::uint64_t ms) {
            return std::chrono::milliseconds{
                std::clamp(ms, kShortestHeartbeatMs, kLongestSilenceMs)};
        };
        return {.heartbeat_idle = beat(welcome.heartbeat_idle_ms()),
                .heartbeat_busy = beat(welcome.heartbeat_busy_ms()),
                .models = {},
                .session = welcome.session_id()};
    }

    v1::ConnectRequest hello(const std::string& nonce) const {
        const std::string instance{as_text(instance_nonce_.bytes)};
        const std::string signed_bytes =
            receipt::pae(kHelloType, nonce + std::string{as_text(pool_.pool_key.bytes)} + instance);
        v1::ConnectRequest frame;
        v1::Hello& hello = *frame.mutable_hello();
        hello.set_protocol_min(handshake::kOldestProtocol);
        hello.set_protocol_max(handshake::kNewestProtocol);
        hello.set_public_key(std::string{as_text(key_.public_key().bytes)});
        hello.set_instance_nonce(instance);
        hello.set_signature(std::string{as_text(key_.sign(as_bytes(signed_bytes)).bytes)});
        hello.set_build(machine_.build);
        hello.set_device(machine_.device);
        hello.set_memory_bytes(machine_.memory_bytes);
        hello.set_slots(machine_.slots);
        hello.set_resume_token(resume_token_);
        for (const worker::UsableModel& model : machine_.models) {
            auto& added = *hello.add_models();
            added.set_name(model.name);
            if (const auto digest = crypto::digest_from_hex(model.digest))
                added.set_digest(std::string{as_text(*digest)});
        }
        return frame;
    }

    const Endpoint pool_;
    const crypto::SigningKey& key_;
    const Machine machine_;
    const Hooks hooks_;
    const SessionId instance_nonce_;  // 16 random bytes, new for every start of the daemon.
    // Of the session's thread alone:
    std::string resume_token_;
    Backoff backoff_ = kReconnect;  // The pool says how wide it spreads.
    std::string notice_;            // What the pool wants put right, as it was told last.
    Ways ways_;
    Way way_ = Way::stream;        // Of the newest line.
    bool was_challenged_ = false;  // It has spoken as a pool does.
    bool was_welcomed_ = false;

    std::mutex mutex_;
    std::condition_variable ended_;
    std::condition_variable_any pause_;
    std::shared_ptr<Line> stream_;  // Under mutex_.
    bool is_welcomed_ = false;      // Under mutex_.
    std::jthread thread_;           // Last: it uses the others.
};

Session::Session(Endpoint pool, const crypto::SigningKey& key, Machine machine, Hooks hooks,
                 WayPolicy ways)
    : impl_(std::make_unique<Impl>(std::move(pool), key, std::move(machine), std::move(hooks),
                                   ways)) {}

Session::~Session() = default;

bool Session::send(const v1::ConnectRequest& frame) { return impl_->send(frame); }

}  // namespace gotong::link
