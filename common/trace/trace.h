// The id by which one submission is followed through everybody's logs: the creator's own, the
// coordinator's, the worker's. W3C Trace Context, as far as that: no spans are made or sent.
//
//     traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/ids.h"

namespace gotong {

using TraceId = Id<struct TraceTag>;  // All zero: none.

namespace trace {

// nullopt for what the standard calls invalid; versions to come are read as far as this one goes.
std::optional<TraceId> from_traceparent(std::string_view header);

// Random, for a submission that came without one.
TraceId make();

// For logs and the wire: empty for none.
std::string text_of(const TraceId& trace);

// The inverse; none for anything else, since no job fails for its trace.
TraceId from_text(std::string_view text);

}  // namespace trace
}  // namespace gotong
