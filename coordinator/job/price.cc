#include "coordinator/job/price.h"

#include "common/sampling/samplers.h"

namespace gotong::job {
namespace {

constexpr std::int64_t kMicro = 1'000'000;

// A picture of one credit: 512 x 512 pixels, 20 steps, cost 1,000 thousandths.
constexpr std::uint64_t kUnit = 512ULL * 512 * 20 * 1'000;

// 1,000,000 / kUnit, reduced, so that the product below stays within 64 bits.
constexpr std::uint64_t kNumerator = 25;
constexpr std::uint64_t kDenominator = 131'072;
static_assert(kNumerator * kUnit == static_cast<std::uint64_t>(kMicro) * kDenominator);

// The most steps of such a picture that can be paid for; 0: not even one that begins with noise.
std::uint32_t affordable_steps(const ModelFacts& model, RenderSpec spec, Credits available) {
    for (; spec.steps > 0; --spec.steps) {
        if (steps_made(spec) > 0 && price_of(model, spec) <= available) return spec.steps;
    }
    return 0;
}

}  // namespace

Credits price_of(const ModelFacts& model, const RenderSpec& spec) {
    const auto* sampler = sampling::sampler_named(spec.sampler);
    const std::uint64_t calls = sampler && sampler->calls == 2 ? 2 : 1;
    const std::uint64_t work =
        std::uint64_t{spec.width} * spec.height * steps_made(spec) * calls * model.cost;
    return {static_cast<std::int64_t>((work * kNumerator + kDenominator - 1) / kDenominator)};
}

std::string credits_text(Credits credits) {
    const bool is_negative = credits.micro < 0;
    const std::int64_t micro = is_negative ? -credits.micro : credits.micro;
    std::string fraction = std::to_string(kMicro + micro % kMicro).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return (is_negative ? "-" : "") + std::to_string(micro / kMicro) +
           (fraction.empty() ? "" : "." + fraction) + (micro == kMicro ? " credit" : " credits");
}

Result<> check_affordable(const ModelFacts& model, const RenderSpec& spec, std::uint32_t count,
                          Credits available) {
    const Credits price = price_of(model, spec);
    const Credits total{price.micro * count};
    if (total <= available) return {};
    std::string message =
        "this costs " + credits_text(total) + " and your account has " + credits_text(available);
    const std::int64_t affordable = price.micro > 0 ? available.micro / price.micro : 0;
    const std::uint32_t steps = affordable_steps(model, spec, available);
    if (affordable > 0) {
        message += "; that pays for count " + std::to_string(affordable);
    } else if (steps > 0) {
        message += "; that pays for steps " + std::to_string(steps);
    } else {
        message += "; a smaller size costs less";
    }
    return fail(ErrorCode::resource_exhausted, message, affordable > 0 ? "count" : "steps");
}

}  // namespace gotong::job
