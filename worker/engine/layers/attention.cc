#include "worker/engine/layers/attention.h"

#include <ATen/Functions.h>

namespace gotong::engine {
namespace {

// [batch, n, heads * d] -> [batch, heads, n, d], the same memory.
at::Tensor by_head(const at::Tensor& x, std::int64_t heads) {
    return x.unflatten(-1, {heads, x.size(-1) / heads}).transpose(1, 2);
}

}  // namespace

at::Tensor attend(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                  std::int64_t heads, Mask mask) {
    constexpr double kNoDropout = 0;
    const at::Tensor mixed =
        at::scaled_dot_product_attention(by_head(query, heads), by_head(key, heads),
                                         by_head(value, heads), /*attn_mask=*/{}, kNoDropout,
                                         /*is_causal=*/mask == Mask::causal);
    return mixed.transpose(1, 2).flatten(2);
}

}  // namespace gotong::engine
