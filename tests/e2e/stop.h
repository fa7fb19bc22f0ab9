// The stops of a job's life, and how a test brings a job to one of them and keeps it there, so that
// what happens to it there does not depend on luck.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/faulty_pool.h"

namespace gotong::test {

enum class Stop {
    submitted,  // Stored, and no worker is free.
    offered,    // The offer is on its way.
    loading,    // Accepted; no step was made.
    rendering,  // Between two steps.
    uploading,  // Kept by the worker; its bytes are on their way.
    sent,       // Uploaded; the result is on its way.
    accepted,   // Paid; the acknowledgement is on its way.
    anywhere,   // A seeded moment, with nothing kept.
};
inline constexpr std::array kStops{Stop::submitted, Stop::offered, Stop::loading,  Stop::rendering,
                                   Stop::uploading, Stop::sent,    Stop::accepted, Stop::anywhere};
const char* name_of(Stop stop);

// One job, or two where the second waits for the first, brought to a stop.
class Staged {
  public:
    // Returns when the job is there. `name` is new for the pool; `moment` is how long a job may
    // live that is kept nowhere. A test failure when the stop is not reached.
    Staged(FaultyPool& pool, Stop stop, const std::string& name, std::chrono::milliseconds moment);

    // Nothing keeps the job any longer.
    void let_go();

    struct Picture {
        std::string name;
        Process rendering;
    };
    std::vector<Picture>& pictures() { return pictures_; }

  private:
    void await_worker();
    void submit(int steps);
    void block_slot();
    void wait_at_upload();
    void freeze_renderer();
    void reach(std::chrono::milliseconds moment);
    std::vector<std::string> request() const;
    void reach_loading();
    void reach_rendering();
    void reach_sent();
    void reach_accepted();

    FaultyPool& pool_;
    const Stop stop_;
    const std::string name_;
    std::vector<Picture> pictures_;
    std::optional<pid_t> frozen_;
};

}  // namespace gotong::test
