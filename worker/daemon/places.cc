#include "worker/daemon/places.h"

#include <algorithm>

#include "common/crypto/digest.h"
#include "common/model/manifest.h"

namespace gotong::daemon {

std::vector<worker::ModelPlace> Places::now(const std::vector<render_child::LoadedModel>& loaded) {
    std::vector<worker::ModelPlace> places;
    for (const models::LocalModel& model : local_) {
        const std::string digest = crypto::to_hex(model::digest(model.manifest));
        const auto found =
            std::ranges::find(loaded, model.folder, &render_child::LoadedModel::folder);
        const bool is_loaded = found != loaded.end();
        if (is_loaded) loads_[digest] = found->load;
        const auto load = loads_.find(digest);
        places.push_back(
            {.digest = digest,
             .loaded = is_loaded,
             .load = load == loads_.end() ? std::chrono::milliseconds{0} : load->second});
    }
    return places;
}

}  // namespace gotong::daemon
