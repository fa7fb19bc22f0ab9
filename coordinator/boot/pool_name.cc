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
    std::string name = asked.empty() ? random_name() : std::string{asked};
    const auto transaction = store.begin();
    const Result<> done = store::complete(*transaction, [&] {
        if (auto kept = transaction->setting(kSetting)) {
            name = *std::move(kept);
        } else {
            transaction->put_setting(kSetting, name);
        }
    });
    if (!done) return Failure(done.error());
    if (asked.empty() || asked == name) return name;
    return fail(ErrorCode::invalid_argument,
                "this pool has been called " + name +
                    " since its first start, and its receipts say so; leave out --name",
                "name");
}

}  // namespace gotong::boot
