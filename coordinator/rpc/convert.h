// Between the wire's messages and the domain's structs, for creators and operators. Translation
// only; nothing in here decides.
//
// Corridor: rpc/creator_service -> [rpc/convert] -> job/intake
#pragma once

#include <string>
#include <string_view>

#include "common/ids.h"
#include "common/offer/render_spec.h"
#include "common/receipt/dsse.h"
#include "common/result.h"
#include "common/sampling/samplers.h"
#include "coordinator/core/send.h"
#include "coordinator/job/job.h"
#include "coordinator/rpc/links.h"
#include "coordinator/store/store.h"
#include "gotong/v1/common.pb.h"
#include "gotong/v1/creator.pb.h"

namespace gotong::rpc {

// invalid_argument for anything but 32 lower-case hexadecimal digits.
Result<JobId> job_id_from(std::string_view hex);

job::SpecDraft draft_from(const v1::RenderSpec& wire);
v1::RenderSpec to_wire(const RenderSpec& spec);

// What a creator asks for, all but the account.
job::Submission submission_from(const v1::SubmitRequest& wire);

v1::Envelope to_wire(const receipt::Envelope& envelope);
// invalid_argument for a signature that is not 64 bytes.
Result<receipt::Envelope> envelope_from(const v1::Envelope& wire);

// `links` makes the URLs of a finished picture.
v1::Job to_wire(const core::JobView& view, const Links& links);

// invalid_argument for a manifest or preview that does not hold together.
Result<store::CatalogueModel> model_from(const v1::Model& wire);
v1::Model to_wire(const store::CatalogueModel& model);
v1::Sampler to_wire(const sampling::SamplerFacts& sampler);

// Raw bytes of a digest in hexadecimal; empty when it is none.
std::string raw_digest(std::string_view hex);

}  // namespace gotong::rpc
