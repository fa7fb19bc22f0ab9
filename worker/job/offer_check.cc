#include "worker/job/offer_check.h"

namespace gotong::worker {

Result<Offer> check_offer(const receipt::Envelope& envelope, const Lease& lease,
                          const crypto::PublicKey& pool_key) {
    if (envelope.payload_type != kOfferPayloadType)
        return fail(ErrorCode::invalid_argument, "the offer is of another kind of message");
    if (!receipt::is_signed_by(envelope, pool_key))
        return fail(ErrorCode::permission_denied, "the offer is not signed by this pool's key");
    Result<Offer> offer = parse_offer(envelope.payload);
    if (!offer) return offer;
    if (offer->pool_key_id != crypto::key_id(pool_key))
        return fail(ErrorCode::permission_denied, "the offer names another pool");
    if (offer->job != lease.job || offer->attempt != lease.attempt)
        return fail(ErrorCode::invalid_argument, "the offer is about another attempt");
    return offer;
}

}  // namespace gotong::worker
