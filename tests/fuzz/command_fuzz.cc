// No frame makes the renderer's reader of commands fail otherwise than by an Error.
#include "tests/fuzz/target.h"
#include "worker/renderer/protocol/wire.h"

namespace gotong::fuzz {

const Allowance kAllowance{.per_byte = 64};

void read(ByteView input) {
    const auto command = renderer::parse_command(as_text(input));
    if (!taken(command)) return;
    if (const auto* refused = std::get_if<renderer::RefusedJob>(&*command))
        check_is_clear(refused->error);
}

}  // namespace gotong::fuzz
