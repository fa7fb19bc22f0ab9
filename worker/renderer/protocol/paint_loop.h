// The renderer's painting thread: takes jobs from the queue, lets those that can share the
// painter's calls do so, and answers each with one Done or Failed.
//
// Who joins whom: whatever waits and fits when a batch begins, for it delays the others by little;
// and while it is under way the job whose turn it is, as long as it fits. So jobs of another model
// or size wait for one batch, however many of its kind come after them.
//
// Pictures that run out of memory beside others are begun again, one at a time, and from then on
// half as many of their kind share. One that has run out of memory alone has failed.
//
// Corridor: protocol/server -> [protocol/paint_loop] -> protocol/painter
#pragma once

#include <cstddef>
#include <map>
#include <stop_token>
#include <tuple>
#include <vector>

#include "worker/renderer/protocol/frame.h"
#include "worker/renderer/protocol/job_queue.h"
#include "worker/renderer/protocol/painter.h"
#include "worker/renderer/protocol/reporter.h"

namespace gotong::renderer {

class PaintLoop {
  public:
    // At most `batch` pictures share a call. All references outlive the loop.
    PaintLoop(JobQueue& queue, Painter& painter, FrameWriter& writer, std::size_t batch)
        : queue_(queue), painter_(painter), writer_(writer), batch_(batch) {}

    // Returns once `stop` is requested and the jobs under way, which the queue tells, have stopped.
    void run(const std::stop_token& stop);

  private:
    struct Member {
        RenderJob job;
        Reporter reporter;
    };
    using Members = std::map<Tag, Member>;           // Nodes stay where they are.
    using Kind = std::tuple<std::string, int, int>;  // Model, width, height.
    static Kind kind_of(const RenderJob& job);

    void paint_from(JobQueue::Taken first);
    void admit_more(JobQueue::Whom whom, std::size_t most);
    void admit(const JobQueue::Taken& taken);
    void step();
    void crowded_out(std::vector<RenderJob> jobs, std::size_t together);
    void tell_loaded();
    void answer(Tag tag, const Result<Painted>& painted);
    std::size_t most_of(const RenderJob& job) const;

    JobQueue& queue_;
    Painter& painter_;
    FrameWriter& writer_;
    const std::size_t batch_;
    std::vector<LoadedModel> told_loaded_;
    Members members_;                      // Under way.
    std::map<Kind, std::size_t> lowered_;  // Where memory allows fewer than batch_.
};

}  // namespace gotong::renderer
