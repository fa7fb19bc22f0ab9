// The addresses that a pool grants, for uploads and for downloads.
#pragma once

#include <string>

#include "common/http/url.h"
#include "common/result.h"

namespace gotong::link {

// An address that bytes may travel to or from: with TLS, or within this machine. Errors:
// permission_denied (plain HTTP to another machine), invalid_argument (no address). Neither message
// repeats it: who has it may use it.
Result<http::Url> checked_address(const std::string& url);

}  // namespace gotong::link
