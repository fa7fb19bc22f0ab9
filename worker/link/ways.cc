#include "worker/link/ways.h"

namespace gotong::link {

void Ways::ended(Way way, const Stay& stay) {
    if (!stay.was_connected) {  // Says nothing of what lies in between.
        cut_ = 0;               // And the pool itself may have been what ended the last stream.
        return;
    }
    if (way == Way::calls) {
        has_calls_ = has_calls_ && !stay.knows_no_calls;
        calls_work_ = calls_work_ || stay.was_welcomed;
        next_ = Way::stream;  // It is due; or the calls were no better than one.
        return;
    }
    const bool is_broken = !stay.was_challenged;
    const bool is_cut = stay.was_welcomed && stay.lasted < policy_.soon;
    if (!is_broken && !is_cut) calls_work_ = false;
    broken_ = is_broken ? broken_ + 1 : 0;
    cut_ = is_cut ? cut_ + 1 : 0;
    const bool is_hopeless = broken_ >= policy_.broken_streams || cut_ >= policy_.cut_streams;
    const bool is_known = calls_work_ && (is_broken || is_cut);
    next_ = has_calls_ && (is_hopeless || is_known) ? Way::calls : Way::stream;
}

}  // namespace gotong::link
