#include "coordinator/rpc/tally.h"

namespace gotong::rpc {

Tally& tally() {
    static Tally counts;
    return counts;
}

std::string_view refusal_name(std::size_t code) {
    constexpr std::array<std::string_view, 17> names{"",
                                                     "cancelled",
                                                     "unknown",
                                                     "invalid_argument",
                                                     "deadline_exceeded",
                                                     "not_found",
                                                     "already_exists",
                                                     "permission_denied",
                                                     "resource_exhausted",
                                                     "failed_precondition",
                                                     "aborted",
                                                     "out_of_range",
                                                     "unimplemented",
                                                     "internal",
                                                     "unavailable",
                                                     "data_loss",
                                                     "unauthenticated"};
    return code < names.size() ? names[code] : "";
}

}  // namespace gotong::rpc
