// Two network namespaces of this machine with a cable between them: a pool's side and a worker's.
// What a test does to the cable, the kernel's own TCP has to live with.
//
// Needs the privilege to make network namespaces, which many containers lack.
#pragma once

#include <string>
#include <vector>

namespace gotong::test {

class TwoHosts {
  public:
    static constexpr const char* kPoolAddress = "10.217.0.1";
    static constexpr const char* kWorkerAddress = "10.217.0.2";

    // Empty when they can be made here; else the reason, for whoever reads that a test was skipped.
    static std::string why_not();

    TwoHosts();
    ~TwoHosts();
    TwoHosts(const TwoHosts&) = delete;
    TwoHosts& operator=(const TwoHosts&) = delete;

    // What stands before a command to run it there.
    std::vector<std::string> on_pool() const { return {"ip", "netns", "exec", pool_}; }
    std::vector<std::string> on_worker() const { return {"ip", "netns", "exec", worker_}; }

    void unplug() const;     // Nothing passes, and nobody is told.
    void lose_up() const;    // The same for what the worker sends,
    void lose_down() const;  // or for what the pool sends.
    void heal() const;

  private:
    const std::string pool_;
    const std::string worker_;
};

}  // namespace gotong::test
