// A spec's JSON as it is signed and hashed. Private to common/offer.
#pragma once

#include <string>

#include "common/offer/render_spec.h"

namespace gotong {

// to_json(spec).dump(), without the tree.
std::string spec_text(const RenderSpec& spec);

}  // namespace gotong
