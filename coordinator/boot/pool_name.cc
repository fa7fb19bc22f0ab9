#include "coordinator/boot/pool_name.h"

#include "common/crypto/random.h"
#include "common/ids.h"

namespace gotong::boot {
namespace {

constexpr std::string_view kSetting = "pool.name";

std::string random_name() {
    constexpr std::size_t kDigits = 6;
    return "pool-" + crypto::random_id<RequestId>().to_hex().substr(0, kDigits);
}

}  // namespace

Result<std::string> name_of_pool(store::Store& store, std::string_view asked) {
    const auto transaction = store.begin();
    if (auto kept = transaction->setting(kSetting)) {
        if (asked.empty() || asked == *kept) return *std::move(kept);
        return fail(ErrorCode::invalid_argument,
                    "this pool has been called " + *kept +
                        " since its first start, and its receipts say so; leave out --name",
                    "name");
    }
    std::string name = asked.empty() ? random_name() : std::string{asked};
    transaction->put_setting(kSetting, name);
    if (auto committed = transaction->commit(); !committed) return Failure(committed.error());
    return name;
}

}  // namespace gotong::boot
