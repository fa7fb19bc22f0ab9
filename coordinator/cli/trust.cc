#include "coordinator/cli/trust.h"

#include <unistd.h>

#include <iostream>

#include "common/text/printable.h"
#include "coordinator/cli/pool_key.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

using receipt::KnownPool;
using receipt::KnownPools;

Failure another_key(const KnownPool& before, const SeenPool& seen) {
    return fail(ErrorCode::permission_denied,
                "the pool at " + seen.address + " shows the key " + pool_key_text(seen.key) +
                    ", but pool " + before.name +
                    " is known by another: somebody may pose as it. "
                    "If it was set up anew, and its operator confirms the new key, run "
                    "`gotong pool forget " +
                    before.name + "` and try again",
                "coordinator");
}

bool says_yes(const SeenPool& seen) {
    std::cerr << "You have not met the pool at " << seen.address << " before.\n"
              << "  name  " << text::printable(seen.name) << "\n"
              << "  key   " << pool_key_text(seen.key) << "\n"
              << "Its operator can tell you whether the key is right. Trust it? [y/N] ";
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

Result<> ask(const SeenPool& seen, const TrustPolicy& policy) {
    if (policy.accept_new) return {};
    const bool can_ask = !policy.quiet && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
    if (can_ask && says_yes(seen)) return {};
    return fail(ErrorCode::permission_denied,
                "the pool at " + seen.address + " is not known: its name is " + seen.name +
                    ", its key " + pool_key_text(seen.key) +
                    ". Give --accept-new-pool to trust it from now on",
                "coordinator");
}

Result<> remember(KnownPools& known, const SeenPool& seen) {
    if (const auto added = known.add(remembered(seen)); !added) return added;
    const auto path = receipt::known_pools_path();
    if (!path) return Failure{path.error()};
    return known.save(*path);
}

}  // namespace

Result<Trust> judge(const KnownPools& known, const SeenPool& seen) {
    if (known.find(seen.key) != nullptr) return Trust::known;
    if (seen.own_folder) return Trust::own;
    if (!seen.loopback) {
        if (const KnownPool* before = known.find_at(seen.address))
            return another_key(*before, seen);
    }
    return seen.loopback ? Trust::loopback : Trust::unknown;
}

KnownPool remembered(const SeenPool& seen) {
    return {
        .name = seen.name,
        .key = seen.key,
        .address = seen.loopback ? "" : seen.address,
        .fingerprint = seen.loopback || !seen.fingerprint ? "" : crypto::to_hex(*seen.fingerprint)};
}

Result<> establish_trust(const SeenPool& seen, const TrustPolicy& policy) {
    auto known = load_known_pools();
    if (!known) return Failure{known.error()};
    const auto trust = judge(*known, seen);
    if (!trust) return Failure{trust.error()};
    if (*trust == Trust::known && (seen.loopback || known->find_at(seen.address) != nullptr))
        return {};
    if (*trust == Trust::unknown) {
        if (const auto accepted = ask(seen, policy); !accepted) return accepted;
    }
    if (*trust != Trust::known && !policy.quiet)
        note("Trusting pool " + text::printable(seen.name) + " (key " + pool_key_text(seen.key) +
             ") from now on.");
    return remember(*known, seen);
}

std::optional<Digest> known_fingerprint(const KnownPools& known, const std::string& address) {
    const KnownPool* pool = known.find_at(address);
    if (pool == nullptr || pool->fingerprint.empty()) return std::nullopt;
    const auto digest = crypto::digest_from_hex(pool->fingerprint);
    return digest ? std::optional{*digest} : std::nullopt;
}

Result<KnownPools> load_known_pools() {
    const auto path = receipt::known_pools_path();
    if (!path) return Failure{path.error()};
    return KnownPools::load(*path);
}

}  // namespace gotong::cli
