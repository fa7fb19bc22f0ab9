// No frame makes the renderer's reader of commands fail otherwise than by an Error.
#include "tests/fuzz/target.h"
#include "worker/renderer/protocol/wire.h"

namespace gotong::fuzz {

// Protobuf makes room for what a string's length claims, 50 MB of it at most, before it looks
// whether the bytes are there. It writes nothing there and gives it back at once; frames come from
// our own daemon.
const Allowance kAllowance{.fixed = 52U << 20U, .per_byte = 64};

void read(ByteView input) {
    const auto command = renderer::parse_command(as_text(input));
    if (!taken(command)) return;
    if (const auto* refused = std::get_if<renderer::RefusedJob>(&*command))
        check_is_clear(refused->error);
}

}  // namespace gotong::fuzz
