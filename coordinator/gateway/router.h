// Which part answers which path. Another dialect is another file beside blobs.cc and a line in
// here.
#pragma once

#include <utility>

#include "coordinator/gateway/exchange.h"

namespace gotong::gateway {

class Router {
  public:
    explicit Router(Services services) : services_(std::move(services)) {}

    // Any thread. May block for as long as the services do.
    Decision decide(const Head& head) const;

    // Counts an answer that was given.
    void note(const Reply& reply) const;

  private:
    Services services_;
};

}  // namespace gotong::gateway
