// The pools whose signatures this user trusts, and how to reach them: SSH's known_hosts, for pools.
//
// A text file, one pool a line: name, public key (base64), last address, certificate fingerprint,
// with single spaces; "-" stands for none. Lines that begin with '#' are remarks and are kept out
// when the file is rewritten. Rewriting is atomic; of two programs at once the later one wins.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/sign.h"
#include "common/result.h"

namespace gotong::receipt {

inline constexpr std::size_t kMaxKnownPools = 1000;  // Far above what anybody joins.

struct KnownPool {
    std::string name;  // text/plain_name.h
    crypto::PublicKey key;
    std::string address;      // "host:port", or empty.
    std::string fingerprint;  // SHA-256 of its certificate in hexadecimal, or empty.

    bool operator==(const KnownPool&) const = default;
};

class KnownPools {
  public:
    KnownPools() = default;

    // An absent file is an empty list. Errors: data_loss with the line at fault; whatever reading
    // meets.
    static Result<KnownPools> load(const std::filesystem::path& file);

    // Makes the folder, 0700, when it is missing.
    Result<> save(const std::filesystem::path& file) const;

    // Adds the pool, or renews the name of one that is known by this key, and with a new address
    // that and the fingerprint.
    // Errors: already_exists when another key is known at this address: the pool was set up anew,
    // or somebody poses as it. invalid_argument for fields that do not fit a line.
    //
    // Names may repeat, since strangers choose them. A pool on this machine is given no address:
    // loopback ports are used again by the next one.
    Result<> add(const KnownPool& pool);

    // Null when there is none; the pointer holds until the next add().
    const KnownPool* find(const crypto::PublicKey& key) const;
    const KnownPool* find_at(std::string_view address) const;
    const std::vector<KnownPool>& all() const { return pools_; }

    // What verify_picture() wants.
    std::vector<crypto::PublicKey> keys() const;

  private:
    std::vector<KnownPool> pools_;
};

// $GOTONG_HOME/known_pools, else $XDG_CONFIG_HOME/gotong/known_pools, else
// $HOME/.config/gotong/known_pools. Errors: failed_precondition when none of the three is set.
Result<std::filesystem::path> known_pools_path();

}  // namespace gotong::receipt
