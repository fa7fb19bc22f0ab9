// No payload makes the readers of statements, enrolments and envelopes fail otherwise than by an
// Error, and a statement that was read can be written and read again.
#include "common/check.h"
#include "common/receipt/dsse.h"
#include "common/receipt/enrolment.h"
#include "common/receipt/statement.h"
#include "tests/fuzz/target.h"

namespace gotong::fuzz {

const Allowance kAllowance{.per_byte = kTreePerByte};

void read(ByteView input) {
    taken(receipt::parse_enrolment(as_text(input)));
    taken(receipt::parse_envelope(as_text(input)));
    const auto statement = receipt::parse_statement(as_text(input));
    if (!taken(statement)) return;
    const auto payload = receipt::statement_payload(*statement);
    // What was skipped or spelled shorter can make it longer than the limit, and nothing else.
    if (taken(payload)) check(receipt::parse_statement(*payload) == *statement, "read again");
}

}  // namespace gotong::fuzz
