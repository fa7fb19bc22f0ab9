// A pool, one of its workers and one signed picture, made afresh for each test.
#pragma once

#include <string>
#include <vector>

#include "common/crypto/sign.h"
#include "common/receipt/bundle.h"
#include "common/receipt/enrolment.h"
#include "common/receipt/statement.h"

namespace gotong::test {

enum class Prompt { disclosed, hidden };

// Change a member, then call bundle() or picture(): signatures and digests that follow from the
// members are made there.
struct SampleReceipt {
    explicit SampleReceipt(Prompt prompt = Prompt::disclosed);

    std::string blob;  // A PNG of 2 x 2 pixels.
    crypto::SigningKey pool_key = crypto::SigningKey::generate();
    crypto::SigningKey worker_key = crypto::SigningKey::generate();
    std::string prompt_salt;
    receipt::Enrolment enrolment;
    receipt::RenderStatement statement;

    receipt::Bundle bundle() const;

    // The blob with the receipt inside.
    std::string picture() const;

    std::vector<crypto::PublicKey> trusted() const { return {pool_key.public_key()}; }
};

}  // namespace gotong::test
