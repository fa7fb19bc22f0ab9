// Finished pictures on their way to the pool: ask where to put one, put it there, send the result,
// wait for the ack; again from the start whenever an answer does not come. The disk keeps each
// picture until its ack, so this list can be made anew from there.
//
// Corridor: link/kept -> [job/deliveries] -> link/upload
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "common/time.h"
#include "worker/job/action.h"
#include "worker/job/event.h"

namespace gotong::worker {

class Deliveries {
  public:
    void add(const KeptResult& result, Monotonic now);
    void remove(const Lease& lease);

    // Answers that were on their way when the stream broke will not come: asks anew.
    void start_over(Monotonic now);

    // The pool wants a result again. Ignored while it is on its way.
    void send_again(const Lease& lease, Monotonic now);

    void granted(const UploadGranted& grant, Monotonic now, Actions& out);
    void upload_ended(const UploadEnded& ended, Monotonic now, Actions& out);

    // Asks for whatever is due. Call when the pool can be reached.
    void pump(Monotonic now, Actions& out);

    bool empty() const { return deliveries_.empty(); }
    bool holds(const Lease& lease) const { return deliveries_.contains(lease); }
    std::vector<Lease> leases() const;

    // When pump() has something to do next; Monotonic::max() for never.
    Monotonic deadline() const;

  private:
    enum class Stage : std::uint8_t {
        waiting,    // Until `due`, then asks for an upload.
        asked,      // For a grant; asks again at `due`.
        uploading,  // Until UploadEnded.
        reported,   // Result sent; starts over at `due`.
    };
    struct Delivery {
        Kept kept;
        Stage stage = Stage::waiting;
        Monotonic due;
        std::uint32_t failures = 0;
    };

    void report(const Lease& lease, Delivery& delivery, Monotonic now, Actions& out);

    std::map<Lease, Delivery> deliveries_;
};

}  // namespace gotong::worker
