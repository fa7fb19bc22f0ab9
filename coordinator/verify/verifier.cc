#include "coordinator/verify/verifier.h"

#include <string>
#include <utility>
#include <vector>

#include "common/crypto/sha256.h"
#include "common/png/chunks.h"
#include "common/png/text_chunk.h"
#include "common/receipt/picture.h"
#include "coordinator/verify/image_sanity.h"

namespace gotong::verify {
namespace {

Failure refused(std::string why) { return fail(ErrorCode::invalid_argument, std::move(why)); }

std::string size_text(std::uint32_t width, std::uint32_t height) {
    return std::to_string(width) + "x" + std::to_string(height);
}

// One signature, so that nothing unsigned travels on in the envelope; the key id is a hint that
// must not mislead.
Result<> check_signature(const Claim& claim) {
    const receipt::Envelope& envelope = claim.envelope;
    if (envelope.payload_type != receipt::kStatementPayloadType) {
        return refused("the envelope does not hold a statement about a picture");
    }
    if (envelope.signatures.size() != 1) {
        return refused("the statement must have one signature, the worker's");
    }
    if (envelope.signatures.front().key_id != crypto::key_id(claim.worker)) {
        return refused("the statement's signature names another key than the worker's");
    }
    if (!receipt::is_signed_by(envelope, claim.worker)) {
        return refused("the statement's signature is not the worker's");
    }
    return {};
}

Result<std::string> uploaded_blob(const Claim& claim, const blob::BlobStore& blobs) {
    Result<std::string> blob = blobs.read(claim.blob_sha256);
    if (!blob && blob.error().code == ErrorCode::not_found) {
        return fail(ErrorCode::not_found, "the picture was not uploaded before its result");
    }
    if (blob && blob->size() != claim.blob_size) {
        return refused("the picture has " + std::to_string(blob->size()) + " bytes, not " +
                       std::to_string(claim.blob_size));
    }
    return blob;
}

// The pool puts the receipt in; it could not, had the worker put one there.
Result<> check_holds_no_receipt(std::string_view blob) {
    const Result<std::vector<png::Chunk>> chunks = png::walk(blob);
    if (!chunks) return refused("the picture is refused: " + chunks.error().message);
    for (const png::Chunk& chunk : *chunks) {
        if (png::keyword_of(chunk) == receipt::kReceiptKeyword) {
            return refused("the picture must come without a receipt");
        }
    }
    return {};
}

Result<> check_picture(const receipt::RenderStatement& statement, std::string_view blob) {
    if (Result<> plain = check_holds_no_receipt(blob); !plain) return plain;
    const Result<Image> image = inspect_png(as_bytes(blob));
    if (!image) return Failure{image.error()};
    const receipt::SamplingClaim& claimed = statement.sampling;
    if (image->width != claimed.width || image->height != claimed.height) {
        return refused("the picture is " + size_text(image->width, image->height) +
                       ", the statement says " + size_text(claimed.width, claimed.height));
    }
    if (image->pixel_sha256 != statement.output.pixel_sha256) {
        return refused("the statement's pixelSha256 is not the picture's");
    }
    return {};
}

Result<> judge(const Claim& claim, const blob::BlobStore& blobs,
               receipt::RenderStatement& statement) {
    if (Result<> signature = check_signature(claim); !signature) return signature;
    Result<receipt::RenderStatement> parsed = receipt::parse_statement(claim.envelope.payload);
    if (!parsed) return Failure{parsed.error().during("read the statement")};
    statement = std::move(*parsed);
    if (statement.output.sha256 != claim.blob_sha256) {
        return refused("the statement is about another picture");
    }
    const Result<std::string> blob = uploaded_blob(claim, blobs);
    if (!blob) return Failure{blob.error()};
    return check_picture(statement, *blob);
}

}  // namespace

Finding verify_result(const Claim& claim, const blob::BlobStore& blobs) {
    Finding finding;
    finding.statement_sha256 = crypto::sha256(as_bytes(claim.envelope.payload));
    finding.verdict = judge(claim, blobs, finding.statement);
    return finding;
}

}  // namespace gotong::verify
