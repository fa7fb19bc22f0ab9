#include "worker/daemon/joining.h"

#include <utility>

#include "common/http/url.h"
#include "common/log/log.h"
#include "common/receipt/known_pools.h"
#include "common/time.h"
#include "worker/link/channel.h"
#include "worker/link/enrolment.h"
#include "worker/models/local_models.h"
#include "worker/sign/identity.h"

namespace gotong::daemon {
namespace {

namespace fs = std::filesystem;

link::Endpoint endpoint_of(const invite::Invite& invite) {
    return {.address = invite.address,
            .fingerprint = invite.fingerprint,
            .web_trusted = invite.web_trusted,
            .pool_key = invite.pool_key};
}

Result<fs::path> usable_models(const Home& home, const fs::path& root) {
    models::LocalModels local{home.folder() / "digests"};
    const auto unusable = local.scan(root, SystemClock{}.now().wall);
    if (!unusable) return Failure{Error{unusable.error().code, unusable.error().message, "models"}};
    for (const std::string& why : *unusable) log::warn("model not usable", {{"reason", why}});
    if (!local.all().empty()) return fs::canonical(root);
    return fail(ErrorCode::invalid_argument,
                root.string() +
                    " holds no usable model; name a diffusers folder (with a model_index.json), a "
                    ".safetensors checkpoint, or a folder that has such in it",
                "models");
}

// The user's list with this pool in it, not yet saved.
Result<receipt::KnownPools> with_pool(const fs::path& file, const invite::Invite& invite) {
    auto pools = receipt::KnownPools::load(file);
    if (!pools) return pools;
    const auto at = http::parse_host_port(invite.address);
    const bool is_here = at && http::is_loopback(at->host);
    const bool is_pinned = invite.fingerprint && !invite.web_trusted;
    const Result<> added = pools->add(
        {.name = invite.pool_name,
         .key = invite.pool_key,
         .address = is_here ? std::string{} : invite.address,
         .fingerprint = is_pinned ? crypto::to_hex(*invite.fingerprint) : std::string{}});
    if (!added && added.error().code == ErrorCode::already_exists)
        return fail(ErrorCode::permission_denied, added.error().message);
    if (!added) return Failure{added.error()};
    return pools;
}

Result<Membership> enrolled(const invite::Invite& invite, const crypto::SigningKey& key,
                            const std::string& name) {
    const auto channel = link::open_channel(endpoint_of(invite));
    if (!channel) return Failure{channel.error()};
    auto answer = link::enrol(*channel, invite, key, name);
    if (!answer) return Failure{answer.error()};
    return Membership{.pool = endpoint_of(invite),
                      .pool_name = std::move(answer->pool_name),
                      .models = {},
                      .enrolment = std::move(answer->enrolment)};
}

}  // namespace

std::vector<std::string> terms(const invite::Invite& invite, const Home& home,
                               const fs::path& models) {
    return {"The pool \"" + invite.pool_name +
                "\" may use this machine's GPU, or its processor, whenever it has a picture to "
                "render; the renderer runs at low priority, --threads limits its cores, and Ctrl-C "
                "takes the machine back within seconds.",
            "It reads the models in " + models.string() +
                " and changes nothing there; finished pictures, a few megabytes, wait in " +
                (home.folder() / "outbox").string() + " until the pool has them.",
            "It keeps one connection to " + invite.address +
                " open, downloads the pictures that others are to begin with, at most 16 megabytes "
                "each and never onto the disk, and uploads each picture, one to five megabytes; "
                "nothing on this machine listens for connections.",
            "Prompts, and pictures to begin with, reach this machine in the clear, and whoever "
            "administers it can read them.",
            "Every picture is signed with this machine's key, " +
                (home.folder() / "worker.key").string() +
                ", so that everybody who has the picture can tell which machine rendered it."};
}

Result<Membership> join(const Home& home, const JoinRequest& request) {
    const auto invite = invite::decode(request.invite);
    if (!invite) return Failure{Error{invite.error().code, invite.error().message, "invite"}};
    auto models = usable_models(home, request.models);
    if (!models) return Failure{models.error()};
    const auto pools_file = receipt::known_pools_path();
    if (!pools_file) return Failure{pools_file.error()};
    const auto pools = with_pool(*pools_file, *invite);
    if (!pools) return Failure{pools.error()};
    const auto key = sign::load_or_create_key(home.folder());
    if (!key) return Failure{key.error()};
    auto membership = enrolled(*invite, *key, request.name);
    if (!membership) return membership;
    membership->models = std::move(*models);
    if (const auto kept = home.remember(*membership); !kept) return Failure{kept.error()};
    if (const auto saved = pools->save(*pools_file); !saved) return Failure{saved.error()};
    return membership;
}

}  // namespace gotong::daemon
