// What the pool lets go of by its operator's policy: pictures and prompts of jobs that ended long
// ago. Their receipts, and what was paid, stay for ever.
//
// A picture's row goes first, with a note that its file is to go, and the file after that commit.
// The note stays until the file is gone, so that a crash in between loses nothing of the work. The
// file stays while another job has the same picture, or may be about to.
//
// Private to coordinator/core.
#pragma once

#include "coordinator/core/state.h"

namespace gotong::core {

// A little of what is due: a step never takes long, however much there is.
void remove_old_records(Step& step);

// A worker is about to hand in this picture. Whether it must upload it, since the file that may
// still be there is, or was, on its way out.
bool must_upload(Step& step, const UploadAsked& asked);

// A result is about to be accepted whose picture was there when it was looked at, whether or not
// its worker has asked before. False when the picture has gone since.
bool keep_blob(Step& step, const Digest& sha256);

}  // namespace gotong::core
