// No text makes the invite's reader fail otherwise than by an Error that does not repeat it, and an
// invite that was read can be written and read again. The fuzzer writes the JSON: it would hardly
// guess base64.
#include "common/check.h"
#include "common/crypto/base64.h"
#include "common/invite/invite.h"
#include "tests/fuzz/target.h"

namespace gotong::fuzz {

const Allowance kAllowance{.per_byte = 2 * kTreePerByte};

void read(ByteView input) {
    taken(invite::decode(as_text(input)));
    const auto invite =
        invite::decode(std::string(invite::kInvitePrefix) + crypto::base64url_encode(input));
    if (!taken(invite)) return;
    const auto again = invite::decode(invite::encode(*invite));
    check(again && again->address == invite->address && again->token == invite->token &&
              again->pool_name == invite->pool_name && again->pool_key == invite->pool_key &&
              again->fingerprint == invite->fingerprint &&
              again->web_trusted == invite->web_trusted,
          "read again");
}

}  // namespace gotong::fuzz
