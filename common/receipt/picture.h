// A receipt inside its picture: one iTXt chunk, keyword "gotong:receipt", directly before IEND.
//
// Corridor: receipt/bundle -> [receipt/picture] -> receipt/verify
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"

namespace gotong::receipt {

inline constexpr std::string_view kReceiptKeyword = "gotong:receipt";

struct Separated {
    std::string blob;     // The very bytes of the PNG without its receipt.
    std::string receipt;  // The bundle's text.
};

// Errors: invalid_argument when `blob` is not a sound PNG (png/chunks.h), already_exists when it
// holds a receipt.
Result<std::string> put_receipt(std::string_view blob, std::string_view bundle_text);

// The inverse: put_receipt(blob, receipt) gives back `picture`. Errors: invalid_argument when this
// is not a sound PNG; not_found when there is no receipt; data_loss when a receipt stands in
// another place, form or number than put_receipt() writes.
Result<Separated> take_receipt(std::string_view picture);

}  // namespace gotong::receipt
