#include "coordinator/rpc/edge.h"

#include "common/bytes.h"

namespace gotong::rpc {

v1::Pool Edge::pool() const {
    v1::Pool wire;
    wire.set_name(pool_name);
    wire.set_public_key(std::string(as_text(pool_key.bytes)));
    wire.set_version(version);
    return wire;
}

}  // namespace gotong::rpc
