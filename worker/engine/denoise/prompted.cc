#include "worker/engine/denoise/prompted.h"

#include <ATen/Functions.h>

#include <algorithm>

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

// All tensors, in one order.
std::vector<at::Tensor> tensors_of(const Prompted& prompted) {
    std::vector<at::Tensor> tensors;
    for (const TextKeys::Pair& pair : prompted.text.pairs) {
        tensors.push_back(pair.keys);
        tensors.push_back(pair.values);
    }
    for (const at::Tensor& one : {prompted.added, prompted.guidance})
        if (one.defined()) tensors.push_back(one);
    return tensors;
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

Prompted cloned(const Prompted& prompted) {
    Prompted copy;
    for (const TextKeys::Pair& pair : prompted.text.pairs)
        copy.text.pairs.push_back({pair.keys.clone(), pair.values.clone()});
    if (prompted.added.defined()) copy.added = prompted.added.clone();
    if (prompted.guidance.defined()) copy.guidance = prompted.guidance.clone();
    return copy;
}

bool have_same_shapes(const Prompted& a, const Prompted& b) {
    const std::vector<at::Tensor> ours = tensors_of(a);
    const std::vector<at::Tensor> theirs = tensors_of(b);
    return std::equal(
        ours.begin(), ours.end(), theirs.begin(), theirs.end(),
        [](const at::Tensor& x, const at::Tensor& y) { return x.sizes() == y.sizes(); });
}

void copy_into(Prompted& to, const Prompted& from) {
    const std::vector<at::Tensor> into = tensors_of(to);
    const std::vector<at::Tensor> out_of = tensors_of(from);
    for (std::size_t i = 0; i < into.size(); ++i) into[i].copy_(out_of[i]);
}

}  // namespace gotong::engine
