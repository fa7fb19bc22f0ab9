// A pool of one: coordinator and worker on this machine, as children of `gotong up`.
//
// Everything lives in one data folder: the coordinator's own files, worker/ with the worker's, and
// log/. A second start finds it all again.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "coordinator/cli/child.h"
#include "coordinator/cli/interrupt.h"
#include "coordinator/cli/place.h"
#include "coordinator/cli/relay.h"

namespace gotong::cli {

struct HomePoolOptions {
    std::filesystem::path data;
    std::filesystem::path models;  // A folder of model folders.
    std::string listen;            // HOST:PORT
    std::string http;              // HOST:PORT
    Loudness loudness = Loudness::prefixed;
};

class HomePool {
  public:
    HomePool(HomePoolOptions options, const Interrupt& interrupt);
    ~HomePool();  // Stops what runs: first the worker, so that it can say goodbye.

    // Starts the coordinator, puts the models into its catalogue, joins the worker and waits until
    // it is online. Errors: what the child that failed said; cancelled when the user interrupts.
    Result<> start();

    Result<Place> place() const;

    // Blocks until the user interrupts; aborted when a child ends before.
    Result<> attend();

  private:
    struct Member {
        std::string name;
        std::filesystem::path log;
        Child child;
        Relay relay;
    };

    Result<> start_coordinator();
    Result<> add_models();
    Result<> trust_pool();
    Result<> start_worker();
    Result<> wait_for_worker();
    Result<std::unique_ptr<Member>> launch(const std::string& name, std::vector<std::string> words);
    // Polls until `ready`; fails when a child ends or the user interrupts.
    template <class Ready>
    Result<> wait_until(Ready ready);
    Result<> check_children();

    const HomePoolOptions options_;
    const Interrupt& interrupt_;
    std::unique_ptr<Member> coordinator_;
    std::unique_ptr<Member> worker_;
};

}  // namespace gotong::cli
