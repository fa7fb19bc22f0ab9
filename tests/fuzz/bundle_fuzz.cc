// No text makes the receipt's reader fail otherwise than by an Error, and what it accepts has one
// spelling.
#include "common/check.h"
#include "common/receipt/bundle.h"
#include "tests/fuzz/target.h"

namespace gotong::fuzz {

const Allowance kAllowance{.per_byte = kTreePerByte};

void read(ByteView input) {
    const auto bundle = receipt::parse_bundle(as_text(input));
    if (taken(bundle)) check(receipt::serialise(*bundle) == as_text(input), "one spelling");
}

}  // namespace gotong::fuzz
