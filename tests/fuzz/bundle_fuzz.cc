// No text makes the receipt's reader fail otherwise than by an Error, and what it accepts has one
// spelling.
#include <cstddef>
#include <cstdint>

#include "common/bytes.h"
#include "common/check.h"
#include "common/receipt/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = gotong::as_text({data, size});
    const auto bundle = gotong::receipt::parse_bundle(text);
    if (bundle) gotong::check(gotong::receipt::serialise(*bundle) == text, "one spelling");
    return 0;
}
