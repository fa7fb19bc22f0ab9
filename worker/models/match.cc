#include "worker/models/match.h"

#include <algorithm>

namespace gotong::models {

Match match_models(std::span<const LocalModel> local, std::span<const PoolModel> pool) {
    Match match;
    for (const PoolModel& wanted : pool) {
        const Digest digest = model::digest(wanted.manifest);
        const auto same = std::ranges::find_if(local, [&](const LocalModel& model) {
            return model::digest(model.manifest) == digest;
        });
        if (same != local.end()) {
            match.usable.push_back({wanted.manifest.name, crypto::to_hex(digest), wanted.preview});
            continue;
        }
        const auto namesake = std::ranges::find_if(local, [&](const LocalModel& model) {
            return model.manifest.name == wanted.manifest.name;
        });
        if (namesake == local.end()) continue;
        match.warnings.push_back(first_difference(wanted.manifest, namesake->manifest) +
                                 " by this pool; it is not offered. Get the pool's files into " +
                                 namesake->folder.string() + ", or rename that folder");
    }
    return match;
}

}  // namespace gotong::models
