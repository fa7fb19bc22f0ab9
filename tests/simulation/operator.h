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
    void start_twin();   // Of some worker, which is another daemon with the same key and disk.
    void set_weights();  // As planned.
    void calm_down();

  private:
    void deed();
    void take_model_away();
    void revoke_worker();
    void revoke_account();
    void enrol_worker();
    void requeue_job();
    void set_limits();
    void put_models_back();

    World& world_;
    std::uint64_t accounts_ = 0;
};

}  // namespace gotong::simulation
