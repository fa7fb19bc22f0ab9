// The URLs that the coordinator gives out: where to put a picture, and where to fetch one; the same
// for those that jobs begin with.
//
// They are made for whoever asked: `--public-url` when the operator said one; else the gateway's
// own address; else, when the gateway listens on every address, the host at which the peer reached
// us.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/crypto/digest.h"
#include "common/ids.h"
#include "common/time.h"
#include "coordinator/blob/presign.h"

namespace gotong::rpc {

struct LinkPolicy {
    std::string public_url;  // "https://pool.example"; empty: none was given.
    std::string scheme;      // http or https.
    std::string http_host;   // What the gateway listens on; empty: every address.
    std::uint16_t http_port = 0;
    std::string fallback_host;  // When nothing else says how we are reached.
};

// Base of every URL for a peer whose :authority is "HOST:PORT". No slash at its end.
std::string base_url(const LinkPolicy& policy, std::string_view authority);

// For one peer.
class Links {
  public:
    Links(const blob::Presigner& presigner, std::string base, WallTime now)
        : presigner_(&presigner), base_(std::move(base)), now_(now) {}

    std::string upload(const crypto::Digest& sha256, std::uint64_t size) const;
    std::string blob(const crypto::Digest& sha256) const;
    std::string picture(JobId job) const;
    std::string upload_input(const blob::InputName& name, std::uint64_t size) const;
    std::string input(const blob::InputName& name) const;

  private:
    const blob::Presigner* presigner_;
    std::string base_;
    WallTime now_;
};

}  // namespace gotong::rpc
