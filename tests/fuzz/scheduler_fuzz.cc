// No scheduler_config.json makes its reader fail otherwise than by an Error, and whatever it
// accepts gives every sampler finite, falling noise levels.
#include <cmath>

#include "common/check.h"
#include "tests/fuzz/target.h"
#include "worker/engine/sample/sigmas.h"

namespace gotong::fuzz {

// A schedule has up to 100,000 timesteps, whatever the text's length: some arrays of them.
const Allowance kAllowance{.fixed = 8U << 20U, .per_byte = kTreePerByte};

void read(ByteView input) {
    const auto schedule = engine::parse_scheduler_config(as_text(input));
    if (!taken(schedule)) return;
    check(schedule->train_steps() >= 1, "there is a timestep");
    check(schedule->lcm_original_steps <= schedule->train_steps(), "as the header says");
    for (std::size_t i = 0; i < schedule->alphas_cumprod.size(); ++i) {
        const float alpha = schedule->alphas_cumprod[i];
        check(alpha > 0 && alpha <= 1, "some signal is left");
        check(i == 0 || alpha <= schedule->alphas_cumprod[i - 1], "and ever less of it");
    }
    const engine::SigmaTable sigmas{*schedule};
    check(std::isfinite(sigmas.largest()) && sigmas.smallest() >= 0, "sigmas are finite");
}

}  // namespace gotong::fuzz
