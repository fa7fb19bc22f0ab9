// What the coordinator's gRPC takes from anybody, in one place, each with its reason. (Lengths of
// single fields: field_limits.cc.)
#pragma once

#include <chrono>
#include <cstddef>

namespace gotong::rpc {

using namespace std::chrono_literals;

// The largest honest message is a Welcome with a catalogue of hundreds of models. Pictures do not
// travel here.
inline constexpr int kMaxMessageBytes = 4 << 20;

// One connection is one worker (one stream and Enrol) or one creator, who watches up to 16 pictures
// of a submission and still wants to ask something.
inline constexpr int kMaxStreamsPerConnection = 64;

// A bearer token and what gRPC itself adds are below 1 KiB.
inline constexpr int kMaxMetadataBytes = 8 << 10;

// A silent peer costs a connection for no longer than this before it has done its TLS.
inline constexpr std::chrono::milliseconds kHandshakeTimeout = 10s;

// From the opening of a stream to its Hello: one round trip and a signature.
inline constexpr std::chrono::milliseconds kHelloTimeout = 10s;

// Connections without any call: nobody pays for them but us.
inline constexpr std::chrono::milliseconds kIdleConnection = 30min;

// Workers ping every 30 s to keep home routers' tables alive; faster than this is abuse.
inline constexpr std::chrono::milliseconds kMinPingInterval = 20s;

// We ping too, so that a peer that vanished without a FIN is noticed.
inline constexpr std::chrono::milliseconds kKeepalive = 60s;
inline constexpr std::chrono::milliseconds kKeepaliveTimeout = 20s;

// 34 KB each, measured with gRPC 1.51.1: under 1 GB with TLS.
inline constexpr std::size_t kMaxWorkerStreams = 20'000;
inline constexpr std::size_t kMaxWatchStreams = 20'000;

// A Listen waits for frames no longer than this: proxies give up answers after a minute.
inline constexpr std::chrono::milliseconds kLongestListen = 30s;
// From one Listen to the next: a round trip on a bad line, or a call that is made again.
inline constexpr std::chrono::milliseconds kListenGrace = 20s;
// Of frames in one answer, unless a single one is larger; a Welcome may be.
inline constexpr std::size_t kMostListenBytes = std::size_t{1} << 20;

// Frames that wait for a worker that does not read. Each is an answer to something it sent, or one
// offer a slot: an honest worker has a handful.
inline constexpr std::size_t kMaxWaitingFrames = 256;

// gRPC's own memory; beyond it, it slows readers down instead of growing.
inline constexpr std::size_t kMemoryQuotaBytes = std::size_t{512} << 20;

// An upload URL outlives a slow home line: 32 MiB at 0.5 Mbit/s.
inline constexpr std::chrono::milliseconds kUploadValid = 15min;

// A worker fetches what a job begins with as soon as it has accepted the offer; 32 MiB, as above.
inline constexpr std::chrono::milliseconds kInputValid = 15min;

// A picture's URL: long enough to download a batch, short enough to be of no use in a log.
inline constexpr std::chrono::milliseconds kPictureValid = 1h;

// How long calls may go on after the coordinator was told to stop.
inline constexpr std::chrono::milliseconds kShutdownGrace = 2s;

}  // namespace gotong::rpc
