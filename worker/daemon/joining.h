// Becoming one of a pool's workers: what the contributor is told, and what is remembered.
#pragma once

#include <string>
#include <vector>

#include "common/invite/invite.h"
#include "common/result.h"
#include "worker/daemon/home.h"

namespace gotong::daemon {

struct JoinRequest {
    std::string invite;
    std::filesystem::path models;
    std::string name;  // Of this machine, for people.
};

// What the pool may ask of this machine, one sentence each.
std::vector<std::string> terms(const invite::Invite& invite, const Home& home,
                               const std::filesystem::path& models);

// Enrols this machine's key, writes DIR/worker.json, and adds the pool to the user's known pools.
// The models are looked through first, so that no invite is used up for a mistyped folder. Joining
// again renews the enrolment, also with an invite that is used up: the pool knows the key. A key
// that the pool has revoked stays out.
//
// Errors: invalid_argument and not_found (invite, models), unavailable (no pool there),
// permission_denied (refused: used, expired, another certificate or key), failed_precondition.
Result<Membership> join(const Home& home, const JoinRequest& request);

}  // namespace gotong::daemon
