#include "common/handshake/handshake.h"

#include "common/bytes.h"
#include "common/receipt/dsse.h"

namespace gotong::handshake {

std::string hello_message(std::string_view challenge, const crypto::PublicKey& pool_key,
                          std::string_view instance_nonce) {
    std::string body{challenge};
    body.append(as_text(pool_key.bytes)).append(instance_nonce);
    return receipt::pae(kHelloPayloadType, body);
}

std::string enrol_message(std::string_view invite_token, const crypto::PublicKey& pool_key) {
    std::string body{invite_token};
    body.append(as_text(pool_key.bytes));
    return receipt::pae(kEnrolRequestPayloadType, body);
}

}  // namespace gotong::handshake
