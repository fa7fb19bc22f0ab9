// Whether to talk to a pool: SSH's rule. A pool is shown and confirmed once; after that its key,
// and the certificate at its address, must stay what they were.
//
// Corridor: cli/place -> [cli/trust] -> cli/creator
#pragma once

#include <optional>
#include <string>

#include "common/crypto/digest.h"
#include "common/receipt/known_pools.h"
#include "common/result.h"

namespace gotong::cli {

// A pool as it presents itself at an address.
struct SeenPool {
    std::string name;
    crypto::PublicKey key;
    std::string address;                // HOST:PORT
    std::optional<Digest> fingerprint;  // Of a self-made certificate.
    bool loopback = false;
    bool own_folder = false;  // Its data folder is at hand, which vouches for it.
};

enum class Trust {
    known,
    own,       // Ours: to be remembered without a question.
    loopback,  // On this very machine: to be remembered, and said.
    unknown,   // To be asked about.
};

// Errors: permission_denied when the address or the name is known under another key, with what to
// do about it. Pure.
Result<Trust> judge(const receipt::KnownPools& known, const SeenPool& seen);

// What is remembered. Addresses of loopback are not: their ports go round.
receipt::KnownPool remembered(const SeenPool& seen);

struct TrustPolicy {
    bool accept_new = false;  // --accept-new-pool
    bool quiet = false;       // Nothing may be said or asked.
};

// Judges, asks on a terminal where that is needed, and remembers. Errors: permission_denied.
Result<> establish_trust(const SeenPool& seen, const TrustPolicy& policy);

// The certificate that the address had last time.
std::optional<Digest> known_fingerprint(const receipt::KnownPools& known,
                                        const std::string& address);

Result<receipt::KnownPools> load_known_pools();

}  // namespace gotong::cli
