// No config.json makes the reader of configs or of the UNet's fail otherwise than by an Error, and
// what is accepted keeps the promises that the engine divides by.
#include "common/check.h"
#include "tests/fuzz/target.h"
#include "worker/engine/denoise/unet_config.h"

namespace gotong::fuzz {
namespace {

void check_promises(const engine::UnetConfig& unet) {
    check(!unet.levels.empty() && unet.size_multiple() >= 1, "there is a level");
    for (const engine::UnetLevel& level : unet.levels) {
        check(level.channels > 0 && level.layers > 0 && level.heads > 0 && level.context > 0,
              "sizes are positive");
        check(level.channels % unet.groups == 0, "the groups divide the channels");
    }
    check(unet.levels.back().channels % unet.levels.back().heads == 0, "so do the heads");
}

// Every getter on keys of the fuzzer's own choice.
void read_everything(engine::ConfigReader& config) {
    config.integer("a", 1, -7, 7);
    config.number("b", 1, -1, 1);
    config.boolean("c", true);
    config.text("d", "");
    check(config.integers("e", 3, 1, 0, 9).size() == 3, "as many as were asked for");
    check(config.integer_list("f", {1}, 4, 0, 9).size() <= 4, "no more than were allowed");
    config.text_list("g", {});
    config.must_be("h", "x");
    config.ignore({"i"});
}

}  // namespace

const Allowance kAllowance{.per_byte = kTreePerByte};

void read(ByteView input) {
    auto config = engine::ConfigReader::parse(as_text(input), "config.json");
    if (!taken(config)) return;
    auto keys = *config;
    const auto unet = engine::read_unet_config(*config);
    if (taken(unet)) check_promises(*unet);
    read_everything(keys);
    taken(keys.finish());
}

}  // namespace gotong::fuzz
