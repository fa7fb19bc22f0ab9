// A worker that was let in and lies: about what it rendered, what it holds, and whose leases are
// whose. Between its lies it works, so that it is given jobs.
#pragma once

#include "tests/simulation/worker.h"

namespace gotong::simulation {

class Liar final : public Worker {
  public:
    using Worker::Worker;
    void plan_troubles() override;
    void calm_down() override { leave(); }

  private:
    void send_result(const core::LeaseToken& lease) override;
    void lie();
    void send_another_ones();
    void send_stale();
    void replay();
    void send_never_offered();
    void claim_everything();
    void ask_absurdly();
    void send_too_early();
};

}  // namespace gotong::simulation
