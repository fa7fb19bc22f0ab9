// Scaled dot-product attention over several heads.
#pragma once

#include <ATen/core/Tensor.h>

namespace gotong::engine {

enum class Mask { none, causal };

// query: [batch, n, heads * d]; key and value: [batch, m, heads * d] -> [batch, n, heads * d].
at::Tensor attend(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                  std::int64_t heads, Mask mask = Mask::none);

}  // namespace gotong::engine
