// A creator: uploads, submits with an idempotency key and asks again until there is an answer,
// cancels, and remembers what it was told, for the end.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/core/core.h"
#include "tests/simulation/agenda.h"

namespace gotong::simulation {

struct World;

struct Told;

class Creator {
  public:
    Creator(World& world, std::size_t number);

    void join();  // At set-up.
    void plan_wishes();

    void hear(const Told& told);                      // From its watch.
    bool is_watching() const;                         // For the end of a job.
    bool is_waiting() const { return waiting_ > 0; }  // For an answer that it will ask for again.
    const std::set<JobId>& accepted() const { return accepted_; }
    AccountId account() const { return account_; }

  private:
    struct Wish {
        job::Submission submission;
        std::optional<core::Submitted> answer;
        bool is_answered = false;
    };

    void upload();
    void store_upload(const job::InputName& name);
    void lose_upload();
    void wish(std::size_t number);
    job::Submission draw_submission(std::size_t number);
    void draw_timing(job::Submission& submission);
    void submit(std::size_t wish, bool is_again);
    void answered(std::size_t wish, const Result<core::Answer>& answer);
    void reuse_key();
    void cancel_some();
    void cancel(JobId job);
    void keep_watching();

    World& world_;
    std::size_t number_;
    std::string name_;
    AccountId account_{};
    std::vector<Wish> wishes_{};
    std::vector<job::InputName> uploads_{};
    std::set<JobId> accepted_{};
    std::set<JobId> cancelling_{};
    std::map<JobId, std::pair<job::State, std::uint32_t>>
        heard_{};  // And how often it was queued again.
    std::size_t waiting_ = 0;
};

}  // namespace gotong::simulation
