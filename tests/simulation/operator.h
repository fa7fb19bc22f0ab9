// Whoever runs the pool, and meddles with it while it runs: changes the catalogue, lets workers and
// accounts in, and puts them out. At the calm everything that jobs need is there again.
#pragma once

#include <cstdint>

namespace gotong::simulation {

struct World;

class Operator {
  public:
    explicit Operator(World& world) : world_(world) {}

    void plan_deeds();
    void calm_down();

  private:
    void deed();
    void take_model_away();
    void revoke_worker();
    void revoke_account();
    void enrol_worker();
    void start_twin();
    void requeue_job();
    void set_limits();
    void put_models_back();

    World& world_;
    std::uint64_t accounts_ = 0;
    bool model_is_away_ = false;
};

}  // namespace gotong::simulation
