// No payload makes the offer's reader fail otherwise than by an Error, and an offer that was read
// can be written and read again.
#include "common/check.h"
#include "common/offer/offer.h"
#include "tests/fuzz/target.h"

namespace gotong::fuzz {

const Allowance kAllowance{.per_byte = kTreePerByte};

void read(ByteView input) {
    const auto offer = parse_offer(as_text(input));
    if (!taken(offer)) return;
    const auto again = parse_offer(offer_payload(*offer));
    // Decimals are spelled out, so a short text may become one that is longer than the limit.
    if (taken(again)) check(again->spec == offer->spec && again->job == offer->job, "read again");
}

}  // namespace gotong::fuzz
