// A verdict in words, for people and for programs: who rendered what, when, with which weights, and
// what no signature can prove.
//
// Corridor: receipt/verify -> [receipt/explain] -> cli/verify
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/receipt/verify.h"

namespace gotong::receipt {

// Some twenty lines of plain text; whatever comes from the receipt is made safe for a terminal.
std::string explain(const Verdict& verdict);

// {"verdict": "valid"|"not_trusted"|"invalid", "checks": [...], "claims": {...}, "not_proven":
// [...]}. Claims are there as far as the receipt could be read, whatever the verdict.
nlohmann::ordered_json explain_as_json(const Verdict& verdict);

// What `gotong verify` exits with: 0 valid, 1 not trusted or invalid. (2, nothing to judge, is an
// Error of verify_picture().)
int exit_code(Outcome outcome);

}  // namespace gotong::receipt
