// Faults that are planted on purpose, to see that the simulator finds them. They live in what wraps
// the core (its store, its sends, its process), never in the core itself.
#pragma once

#include <cstdint>
#include <string_view>

namespace gotong::simulation {

enum class Mutant : std::uint8_t {
    none,
    // What is written: watched_store.cc.
    credit_twice,
    credit_nobody,
    credit_another,
    drop_hold,
    forget_release,
    one_sided_posting,
    lose_a_job,
    forget_requeue,
    skip_fence,
    accept_twice,
    leave_attempt_open,
    blame_the_innocent,
    resurrect_cancelled,
    forget_key,
    forget_open_job,
    swallow_failed_commit,
    forget_receipt,
    remove_too_early,
    remove_shared_picture,
    keep_for_ever,
    // What is said and heard: host.cc.
    acknowledge_before_commit,
    never_acknowledge,
    acknowledge_the_rejected,
    offer_to_two,
    offer_nobody,
    cancel_what_is_wanted,
    ignore_cancel,
    answer_nobody,
    never_expire,
    refuse_late_results,
    ignore_expiry,
    ignore_start,
    ignore_priority,
    ignore_limit,
    ignore_weights,
    favour_an_account,
    tell_no_end,
    // Below the store.
    disk_ignores_syncs,
    count_,
};

std::string_view name_of(Mutant mutant);

}  // namespace gotong::simulation
