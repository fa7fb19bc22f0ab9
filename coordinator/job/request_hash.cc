#include "coordinator/job/request_hash.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/offer/render_spec.h"

namespace gotong::job {
namespace {

template <class Value>
void put(nlohmann::json& json, const char* key, const std::optional<Value>& value) {
    if (value) json[key] = *value;
}

std::string hex(std::string_view bytes) { return crypto::to_hex(as_bytes(bytes)); }

nlohmann::json json_of(const OriginalDraft& original) {
    nlohmann::json json{{"picture", hex(original.picture_sha256)},
                        {"mask", hex(original.mask_sha256)},
                        {"strengthRule", original.strength_rule}};
    if (original.strength) json["strength"] = decimal_text(*original.strength);
    return json;
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
    if (spec.original) json["original"] = json_of(*spec.original);
    if (submission.start_in.count() != 0) json["startIn"] = submission.start_in.count();
    if (submission.expires_in.count() != 0) json["expiresIn"] = submission.expires_in.count();
    if (submission.priority != 0) json["priority"] = submission.priority;
    return crypto::sha256(as_bytes(json.dump()));
}

}  // namespace gotong::job
