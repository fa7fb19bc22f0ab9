#include "tests/simulation/coverage.h"

#include "coordinator/job/state.h"

namespace gotong::simulation {
namespace {

std::vector<std::string> list_expected() {
    std::vector<std::string> all;
    const auto add = [&](const std::string& prefix, std::initializer_list<const char*> names) {
        for (const char* name : names) all.push_back(prefix + name);
    };
    add("", {"queued -> running", "queued -> done", "queued -> failed", "queued -> cancelled",
             "running -> queued", "running -> done", "running -> failed", "running -> cancelled",
             "failed -> queued"});
    add("attempt ", {"accepted", "declined", "returned", "failed", "lost", "cancelled",
                     "superseded", "rejected"});
    add("job failed: ",
        {"given up", "no worker rendered it in time", "the pool no longer renders", "the picture"});
    add("verdict ", {"accepted", "duplicate", "superseded", "rejected", "noted"});
    add("said ",
        {"Welcome", "Welcome, resumed", "Desired", "Desired, cancel", "Desired, resend", "OfferJob",
         "GrantUpload", "CloseStream", "Reply", "JobChanged", "RemoveInput", "RemoveBlob"});
    add("retention: ", {"picture", "prompt", "another job has the picture"});
    add("network: ",
        {"watch cut", "loss", "duplication", "reordering", "cut", "half-open at the pool",
         "half-open at the worker", "partition", "request lost", "answer lost"});
    add("worker: ", {"crash", "torn outbox", "outbox survived", "pause beyond the lease", "hang",
                     "drain", "goodbye", "decline", "failure", "slow", "old protocol", "twin",
                     "turned away", "picture is there already"});
    add("lie: ", {"false result", "bad signature", "a picture that was never uploaded",
                  "another's lease", "stale token", "replayed statement", "never offered",
                  "false snapshot", "absurd upload", "result while it renders"});
    add("creator: ",
        {"retry with the same key", "same key, another request", "no key", "cancel", "start later",
         "own expiry", "priority", "cancel of an ended job", "refused for want of credits"});
    add("operator: ",
        {"model removed", "model added", "worker revoked", "account revoked", "worker enrolled",
         "account added", "account came back", "job requeued", "limits set"});
    add("input: ", {"stored", "lost", "planned"});
    add("pool: ",
        {"died between turns", "died in a turn", "died at the start", "disk full", "power cut",
         "power cut, torn", "killed", "wall clock forward", "wall clock back", "paused",
         "machine restarted", "several events in a turn", "a disk that does not answer",
         "disk failed in a step", "a blob that does not go"});
    add("death at ",
        {"begin",          "commit",       "after commit",   "insert request", "find_request",
         "insert job",     "update job",   "find_job",       "jobs_of",        "open_jobs",
         "insert attempt", "end_attempt",  "find_attempt",   "attempts_of",    "remember_statement",
         "accounts",       "workers",      "models",         "put_input",      "remove_input",
         "find_input",     "inputs_of",    "inputs_until",   "post",           "balance",
         "pictures_until", "bodies_until", "remove_picture", "remove_body",    "doomed_blobs"});
    return all;
}

}  // namespace

const std::vector<std::string>& Coverage::expected() {
    static const std::vector<std::string> all = list_expected();
    return all;
}

std::vector<std::string> Coverage::missing() const {
    std::vector<std::string> missing;
    for (const std::string& what : expected()) {
        if (!counts_.contains(what)) missing.push_back(what);
    }
    return missing;
}

std::string Coverage::text() const {
    std::string text;
    for (const auto& [what, count] : counts_) text += std::to_string(count) + " " + what + "\n";
    return text;
}

std::string_view transition(job::State from, job::State to) {
    static const auto names = [] {
        std::map<std::pair<job::State, job::State>, std::string> all;
        using enum job::State;
        for (const job::State a : {queued, running, done, failed, cancelled}) {
            for (const job::State b : {queued, running, done, failed, cancelled})
                all[{a, b}] = std::string(job::name_of(a)) + " -> " + std::string(job::name_of(b));
        }
        return all;
    }();
    return names.at({from, to});
}

}  // namespace gotong::simulation
