#include "coordinator/job/request_hash.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/offer/render_spec.h"

namespace gotong::job {
namespace {

template <class Value>
void put(nlohmann::json& json, const char* key, const std::optional<Value>& value) {
    if (value) json[key] = *value;
}

}  // namespace

Digest request_hash(const Submission& submission) {
    const SpecDraft& spec = submission.spec;
    nlohmann::json json{{"count", submission.count},
                        {"model", spec.model},
                        {"negativePrompt", spec.negative_prompt},
                        {"private", spec.is_private},
                        {"prompt", spec.prompt},
                        {"sampler", spec.sampler},
                        {"schedule", spec.schedule}};
    put(json, "width", spec.width);
    put(json, "height", spec.height);
    put(json, "steps", spec.steps);
    put(json, "seed", spec.seed);
    if (spec.guidance) json["guidance"] = decimal_text(*spec.guidance);
    return crypto::sha256(as_bytes(json.dump()));
}

}  // namespace gotong::job
