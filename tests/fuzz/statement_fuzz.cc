// No payload makes the readers of statements, enrolments and envelopes fail otherwise than by an
// Error, and a statement that was read can be written and read again.
#include <cstddef>
#include <cstdint>

#include "common/bytes.h"
#include "common/check.h"
#include "common/receipt/dsse.h"
#include "common/receipt/enrolment.h"
#include "common/receipt/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = gotong::as_text({data, size});
    static_cast<void>(gotong::receipt::parse_enrolment(text));
    static_cast<void>(gotong::receipt::parse_envelope(text));
    const auto statement = gotong::receipt::parse_statement(text);
    if (!statement) return 0;
    const auto payload = gotong::receipt::statement_payload(*statement);
    // What was skipped or spelled shorter can make it longer than the limit, and nothing else.
    if (payload) {
        gotong::check(gotong::receipt::parse_statement(*payload) == *statement, "read again");
    }
    return 0;
}
