#include "worker/engine/stages/relief.h"

namespace gotong::engine {

bool relieve(Model::Parts& model) {
    const bool graphs = model.replay.forget();
    const bool others = model.on_want && model.on_want();
    const bool texts = model.text.put_away();
    const bool kept = release_freed_memory(model.placement);
    return graphs || others || texts || kept;
}

bool has_room(Model::Parts& model, std::uint64_t bytes) {
    const auto fits = [&] { return bytes <= room(model.placement).value_or(bytes); };
    return fits() || (relieve(model) && fits());
}

}  // namespace gotong::engine
