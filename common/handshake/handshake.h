// What a worker signs to prove who it is: when it enrols, and at the start of every stream.
//
// Both sides make the signed bytes here, so that they cannot disagree. Each kind has a DSSE payload
// type of its own and names the pool's key, so that no signature passes at another place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/crypto/sign.h"

namespace gotong::handshake {

// Versions of the worker's stream: both sides speak a range of them, and use the newest in common.
inline constexpr std::uint32_t kOldestProtocol = 1;
inline constexpr std::uint32_t kProtocolOfOriginals = 2;  // Jobs may begin with a picture.
inline constexpr std::uint32_t kNewestProtocol = 2;
inline constexpr std::size_t kChallengeBytes = 32;
inline constexpr std::size_t kInstanceNonceBytes = 16;
inline constexpr std::string_view kHelloPayloadType = "application/vnd.gotong.hello.v1";
inline constexpr std::string_view kEnrolRequestPayloadType =
    "application/vnd.gotong.enrol-request.v1";

// PAE of challenge || pool key || instance nonce.
std::string hello_message(std::string_view challenge, const crypto::PublicKey& pool_key,
                          std::string_view instance_nonce);

// PAE of invite token || pool key.
std::string enrol_message(std::string_view invite_token, const crypto::PublicKey& pool_key);

}  // namespace gotong::handshake
