// The picture and the signed statement that an honest worker would hand in for an offer, without a
// renderer: the pixels are a pattern of the seed.
#pragma once

#include <string>
#include <vector>

#include "common/crypto/sign.h"
#include "common/offer/offer.h"
#include "common/receipt/dsse.h"
#include "common/receipt/statement.h"

namespace gotong::test {

struct Rendered {
    std::string png;
    receipt::RenderStatement statement;  // Change a member, then sign().
};

// Of kTestModel, the only model that render() knows.
std::vector<model::FileDigest> test_model_files();

// `enrolment` is the pool's envelope about the worker's key; `offer` the pool's about the job.
Rendered render(const receipt::Envelope& offer, const receipt::Envelope& enrolment,
                const crypto::PublicKey& worker);

receipt::Envelope sign(const receipt::RenderStatement& statement, const crypto::SigningKey& key);

}  // namespace gotong::test
