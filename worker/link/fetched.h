// The executor that brings what a picture begins with onto this machine, before the renderer hears
// of the job. In memory alone, and gone with the job.
//
// Corridor: models/verified -> [link/fetched] -> render_child/renderer
#pragma once

#include "worker/job/executor.h"
#include "worker/link/endpoint.h"

namespace gotong::link {

// Sets job.original for the inner executor; a job without one passes through. No byte reaches the
// inner executor whose digest is not the one in the pool's signed offer.
//
// Errors besides the inner one's: unavailable (the pool does not hand the files out, or not any
// more: a fresh offer has fresh addresses), invalid_argument (they are not what the offer names).
worker::ExecutorPtr fetched(Endpoint pool, worker::ExecutorPtr inner);

}  // namespace gotong::link
