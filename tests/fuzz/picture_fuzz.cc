// No bytes make the decoder of results fail otherwise than by an Error, and it never holds more
// than some rows of the picture that they claim to be.
#include "common/check.h"
#include "coordinator/verify/image_sanity.h"
#include "tests/fuzz/png_checksums.h"
#include "tests/fuzz/target.h"

namespace gotong::fuzz {

const Allowance kAllowance{.per_byte = 4};

void read(ByteView input) {
    const std::string file = as_png(input);
    const auto image = verify::inspect_png(as_bytes(file));
    if (!taken(image)) return;
    check(image->width >= 1 && image->width <= verify::kMaxSide, "the width is within its limit");
    check(image->height >= 1 && image->height <= verify::kMaxSide, "and so is the height");
}

}  // namespace gotong::fuzz
