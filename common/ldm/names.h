// What the tensors of an ldm checkpoint are called in diffusers' layout, by rule.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/ldm/checkpoint.h"
#include "common/result.h"

namespace gotong::ldm {

// What a tensor's values go through besides being renamed.
enum class Change {
    none,
    transpose,  // Two dimensions change places.
    to_linear,  // A 1x1 convolution's [out, in, 1, 1] becomes [out, in], if it is not already.
    split_qkv,  // The first dimension in three: query, key and value.
};

struct Target {
    std::string part;  // "unet"
    std::string name;  // Of split_qkv with a '*' where "q", "k" and "v" go.
    Change change = Change::none;
};

class NameMap {
  public:
    // Errors: those of unet_blocks().
    static Result<NameMap> of(const Checkpoint& checkpoint);

    // nullopt: the tensor belongs to no part (running averages, what a trainer left behind) or to
    // what no picture passes through. A name that follows no rule keeps its rest, so that whoever
    // loads the part finds it too many.
    std::optional<Target> target(std::string_view name) const;

  private:
    struct Inner {
        std::string_view from;
        std::string_view to;
        Change change = Change::none;
    };
    struct Rule {
        std::string from;             // Beginning of a name in the file.
        std::string part;             // Empty: tensors below belong to nothing.
        std::string to;               // What it becomes.
        std::span<const Inner> rest;  // What the rest becomes; where none fits, it stays.
    };
    struct Tables;

    void add_unet(const Checkpoint& checkpoint);
    Result<> add_blocks(const Checkpoint& checkpoint);
    void add_vae(const Checkpoint& checkpoint);
    void add_encoder(const EncoderPlace& encoder, const Checkpoint& checkpoint);
    const Rule* rule_for(std::string_view name) const;

    std::vector<Rule> rules_;  // The longest that fits counts.
};

}  // namespace gotong::ldm
