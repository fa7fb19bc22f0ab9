// A job as commands print it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gotong/v1/creator.pb.h"

namespace gotong::cli {

// "queued", "running", "done", "failed", "cancelled".
const char* state_word(v1::JobState state);

bool has_ended(const v1::Job& job);

// Steps that a worker makes and counts: all, or the last so many where a picture was given to begin
// with.
std::uint32_t steps_made(const v1::RenderSpec& spec);

nlohmann::ordered_json to_json(const v1::Job& job);

// For a job whose picture the pool has removed; a clause without a full stop.
std::string picture_removed_text(const v1::Job& job);

// One line for people, at most about 100 columns.
std::string summary(const v1::Job& job);

// The same with its age, under a head.
std::string table_head();
std::string table_row(const v1::Job& job);

}  // namespace gotong::cli
