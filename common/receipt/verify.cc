#include "common/receipt/verify.h"

#include <algorithm>
#include <utility>

#include "common/crypto/sha256.h"
#include "common/receipt/bundle.h"
#include "common/receipt/picture.h"
#include "common/receipt/prompt_commitment.h"

namespace gotong::receipt {
namespace {

// The checks in their order. Each reads what the ones before it have found sound.
class Examination {
  public:
    Examination(std::string_view blob, std::span<const crypto::PublicKey> trusted)
        : blob_(blob), trusted_(trusted) {}

    Verdict run(std::string_view bundle_text) {
        if (read(bundle_text)) {
            check_picture();
            check_worker_signature();
            check_enrolment();
            check_countersignature();
            check_prompt();
            check_weights();
        }
        const bool sound = std::all_of(verdict_.checks.begin(), verdict_.checks.end(),
                                       [](const Check& check) { return check.passed; });
        if (sound) verdict_.outcome = check_trust() ? Outcome::valid : Outcome::not_trusted;
        return std::move(verdict_);
    }

  private:
    bool note(const char* name, bool passed, const char* good, const char* bad) {
        verdict_.checks.push_back({name, passed, passed ? good : bad});
        return passed;
    }

    bool unreadable(const Error& error) {
        verdict_.checks.push_back(
            {"receipt", false, "the receipt cannot be read: " + error.message});
        return false;
    }

    bool read(std::string_view bundle_text) {
        Result<Bundle> bundle = parse_bundle(bundle_text);
        if (!bundle) return unreadable(bundle.error());
        bundle_ = *std::move(bundle);
        verdict_.pool_name = bundle_.pool_name;
        verdict_.pool_key = bundle_.pool_key;
        Result<RenderStatement> statement = parse_statement(bundle_.statement.payload);
        if (!statement) return unreadable(statement.error());
        verdict_.statement = *std::move(statement);
        Result<Enrolment> enrolment = parse_enrolment(bundle_.enrolment.payload);
        if (!enrolment) return unreadable(enrolment.error());
        verdict_.enrolment = *std::move(enrolment);
        return note("receipt", true, "the receipt is complete and written as it should be", "");
    }

    void check_picture() {
        note("picture", crypto::sha256(as_bytes(blob_)) == statement().output.sha256,
             "the picture is, byte for byte, the one that the worker signed",
             "this is not the picture that the worker signed: the file was changed");
    }

    void check_worker_signature() {
        const std::string id = crypto::key_id(enrolment().worker);
        const bool passed = bundle_.statement.payload_type == kStatementPayloadType &&
                            bundle_.statement.signatures.size() == 2 &&
                            is_made_by(bundle_.statement, 0, enrolment().worker) &&
                            statement().worker.key_id == id;
        note("worker_signature", passed, "the worker's signature is right",
             "the worker's signature is wrong: statement, signature or key was changed");
    }

    void check_enrolment() {
        const Enrolment& word = enrolment();
        const bool is_pools_word = bundle_.enrolment.payload_type == kEnrolmentPayloadType &&
                                   bundle_.enrolment.signatures.size() == 1 &&
                                   is_made_by(bundle_.enrolment, 0, bundle_.pool_key);
        const bool is_for_this = word.pool == bundle_.pool_name &&
                                 word.worker != bundle_.pool_key &&
                                 statement().worker.enrolment_sha256 ==
                                     crypto::sha256(as_bytes(bundle_.enrolment.payload));
        note("enrolment", is_pools_word && is_for_this,
             "the pool has signed that this key is one of its workers'",
             "the pool has not signed that this key is one of its workers'");
        const WallTime finished = statement().times.finished;
        note("enrolment_period", word.not_before <= finished && finished <= word.not_after,
             "the worker was enrolled at the time that it states",
             "the worker was not enrolled at the time that it states");
    }

    void check_countersignature() {
        const bool passed = bundle_.statement.signatures.size() == 2 &&
                            is_made_by(bundle_.statement, 1, bundle_.pool_key) &&
                            statement().pool.name == bundle_.pool_name &&
                            statement().pool.key_id == crypto::key_id(bundle_.pool_key);
        note("pool_signature", passed, "the pool has signed that it accepted this very statement",
             "the pool's signature is wrong: statement, signature or key was changed");
    }

    void check_prompt() {
        const RequestClaim& request = statement().request;
        if (!request.prompt_disclosed && !bundle_.prompt_salt) {
            note("prompt", true, "the prompt is kept private; the receipt commits to it", "");
            return;
        }
        const bool passed = request.prompt_disclosed && bundle_.prompt_salt &&
                            prompt_commitment(*bundle_.prompt_salt, *request.prompt_disclosed) ==
                                request.prompt_commitment;
        note("prompt", passed, "the prompt shown is the one that the worker committed to",
             "the prompt shown is not the one that the worker committed to");
    }

    // So that a single file can be compared with what its publisher says of it.
    void check_weights() {
        const auto& models = statement().models;
        const bool passed = std::all_of(models.begin(), models.end(), [](const ModelClaim& model) {
            return model::digest_of(model.files) == model.sha256;
        });
        note("weights", passed,
             "the files that are listed are the ones that the model's digest names",
             "the files that are listed are not the ones that the model's digest names");
    }

    bool check_trust() {
        const bool known =
            std::find(trusted_.begin(), trusted_.end(), bundle_.pool_key) != trusted_.end();
        return note("trust", known, "you know this pool's key",
                    "you do not know this pool's key, and anybody can make a pool: compare the "
                    "key with the one that the pool publishes");
    }

    // The hint beside a signature must be right too, so that no bit of a receipt is free.
    static bool is_made_by(const Envelope& envelope, std::size_t index,
                           const crypto::PublicKey& key) {
        const EnvelopeSignature& one = envelope.signatures[index];
        return one.key_id == crypto::key_id(key) &&
               crypto::verify(key, as_bytes(pae(envelope.payload_type, envelope.payload)),
                              one.signature);
    }

    const RenderStatement& statement() const { return *verdict_.statement; }
    const Enrolment& enrolment() const { return *verdict_.enrolment; }

    std::string_view blob_;
    std::span<const crypto::PublicKey> trusted_;
    Bundle bundle_;
    Verdict verdict_;
};

}  // namespace

Verdict verify_parts(std::string_view blob, std::string_view bundle_text,
                     std::span<const crypto::PublicKey> trusted) {
    return Examination(blob, trusted).run(bundle_text);
}

Result<Verdict> verify_picture(std::string_view picture,
                               std::span<const crypto::PublicKey> trusted) {
    const Result<Separated> parts = take_receipt(picture);
    if (parts) return verify_parts(parts->blob, parts->receipt, trusted);
    if (parts.error().code != ErrorCode::data_loss) return Failure{parts.error()};
    Verdict verdict;
    verdict.checks.push_back({"receipt", false, parts.error().message});
    return verdict;
}

}  // namespace gotong::receipt
