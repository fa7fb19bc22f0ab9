// The one line that a terminal shows while pictures are being made.
//
//     [##########----------] step 12 of 20, 3 s left
//
// Pure: what is known and the time in, text out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/time.h"
#include "gotong/v1/creator.pb.h"

namespace gotong::cli {

class Progress {
  public:
    // What is known now. The time of the first step seen is where the estimate starts from.
    void see(const std::vector<v1::Job>& jobs, Monotonic now);

    // At most `width` columns.
    std::string line(Monotonic now, std::size_t width) const;

  private:
    // How far an attempt got is how far it got: a worker that uploads counts no steps.
    struct Seen {
        std::uint32_t attempt = 0;
        std::uint32_t step = 0;
    };

    std::uint32_t farthest_step(const v1::Job& job);
    std::string time_left(Monotonic now) const;

    std::map<std::string, Seen> seen_;  // By job.
    std::uint64_t pictures_ = 0;
    std::uint64_t ended_ = 0;
    std::uint64_t running_ = 0;
    std::uint64_t steps_ = 0;  // In all pictures.
    std::uint64_t done_ = 0;   // Of these.
    std::uint64_t ahead_ = 0;  // Jobs of others before ours.
    Monotonic first_step_at_{};
    std::uint64_t first_step_ = 0;  // How many were done then; 0: none seen.
};

}  // namespace gotong::cli
