#include "worker/engine/denoise/prompted.h"

#include <ATen/Functions.h>

namespace gotong::engine {
namespace {

// The tensors that `pick` finds in each picture, joined along the rows; undefined where they are.
template <class Pick>
at::Tensor joined(const std::vector<const Prompted*>& pictures, Pick pick) {
    std::vector<at::Tensor> rows;
    rows.reserve(pictures.size());
    for (const Prompted* picture : pictures) rows.push_back(pick(*picture));
    return rows.front().defined() ? at::cat(rows) : at::Tensor{};
}

}  // namespace

Prompted stacked(const std::vector<const Prompted*>& pictures) {
    if (pictures.size() == 1) return *pictures.front();
    Prompted all;
    for (std::size_t i = 0; i < pictures.front()->text.pairs.size(); ++i) {
        all.text.pairs.push_back(
            {joined(pictures, [i](const Prompted& it) { return it.text.pairs.at(i).keys; }),
             joined(pictures, [i](const Prompted& it) { return it.text.pairs.at(i).values; })});
    }
    all.added = joined(pictures, [](const Prompted& it) { return it.added; });
    all.guidance = joined(pictures, [](const Prompted& it) { return it.guidance; });
    return all;
}

}  // namespace gotong::engine
