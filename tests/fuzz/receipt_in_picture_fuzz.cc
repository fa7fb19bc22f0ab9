// No bytes make the PNG walker read past their end, and a receipt that can be taken out can be put
// back.
#include "common/check.h"
#include "common/receipt/picture.h"
#include "tests/fuzz/png_checksums.h"
#include "tests/fuzz/target.h"

namespace gotong::fuzz {

const Allowance kAllowance{.per_byte = 16};

void read(ByteView input) {
    const std::string file = as_png(input);
    const auto parts = receipt::take_receipt(file);
    if (!taken(parts)) return;
    const auto again = receipt::put_receipt(parts->blob, parts->receipt);
    check(again && *again == file, "out and in again is the same picture");
}

}  // namespace gotong::fuzz
