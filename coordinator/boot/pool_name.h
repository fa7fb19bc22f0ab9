// What the pool is called in invites and receipts: chosen on its first start and never again, since
// every enrolment and every receipt carries it.
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "coordinator/store/store.h"

namespace gotong::boot {

// The name that the store remembers. A pool without one gets `asked`, or when that is empty
// "pool-" and six random hexadecimal digits, so that whoever tries several can tell them apart.
// `asked` is empty or a plain name.
//
// Errors: invalid_argument when another name than the remembered is asked for; those of a commit.
Result<std::string> name_of_pool(store::Store& store, std::string_view asked);

}  // namespace gotong::boot
