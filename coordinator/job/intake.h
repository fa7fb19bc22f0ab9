// The front desk: everything that can be wrong with a submission is found here, before anything is
// queued, and told with the field, the limit and the nearest value that would work.
//
// Corridor: rpc/creator_service -> [job/intake] -> ledger/ledger
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/credits.h"
#include "common/offer/render_spec.h"
#include "common/result.h"
#include "coordinator/job/feasibility.h"
#include "coordinator/job/job.h"

namespace gotong::job {

// A submission that can be rendered: one complete spec for each picture.
struct Order {
    std::vector<RenderSpec> specs;
    std::string model_digest;  // Hexadecimal.
    Credits price;             // Of each picture.
};

// Whether prompts and idempotency key are texts at all, and not too long. First of all checks,
// because what follows hashes them.
Result<> check_texts(const Submission& submission);

// Fills in the defaults and checks the rest. `drawn_seed` is taken when the creator named none;
// picture i takes seed + i. Errors: invalid_argument, not_found (model), failed_precondition (the
// catalogue is empty).
Result<Order> accept_submission(const Submission& submission, std::span<const ModelFacts> models,
                                std::uint32_t drawn_seed);

// The model of that name; with an empty name, the only one. Errors: as above.
Result<ModelFacts> find_model(std::string_view name, std::span<const ModelFacts> models);

// When a submission may start, how long it may wait and how urgent it is. `longest_wait` is the
// pool's bound of the second. Errors: invalid_argument with the field and the nearest value.
Result<> check_timing(const Submission& submission, std::chrono::milliseconds longest_wait);

// resource_exhausted when `more` jobs on top of `open` would exceed `max`.
Result<> check_open_jobs(std::uint32_t open, std::uint32_t more, std::uint32_t max);

}  // namespace gotong::job
