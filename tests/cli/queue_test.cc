// The queue as its people see it: a real coordinator, the `gotong` command, and a worker played by
// the test.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {
namespace {

using nlohmann::json;

class Desk {
  public:
    RunningPool pool;

    Desk() { pool.add_test_model(); }

    Finished gotong(std::vector<std::string> words) const {
        words.insert(words.begin(), binary());
        words.insert(words.end(), {"--data", pool.data().string()});
        return run(words, environment());
    }
    json parsed(std::vector<std::string> words) const {
        words.emplace_back("--json");
        const Finished finished = gotong(words);
        INFO(finished.out << finished.err);
        REQUIRE(finished.status == 0);
        return json::parse(finished.out);
    }
    Process in_background(std::vector<std::string> words, const std::string& log) const {
        words.insert(words.begin(), binary());
        words.insert(words.end(), {"--data", pool.data().string()});
        return Process{words, home_ / log, environment()};
    }
    std::string submit(std::uint64_t start_in_ms = 0) {
        v1::SubmitRequest request = a_request();
        request.set_start_in_ms(start_in_ms);
        v1::SubmitResponse response;
        REQUIRE(
            pool.creator().Submit(call_as(pool.operator_token()).get(), request, &response).ok());
        return response.jobs(0).job_id();
    }

  private:
    static std::string binary() { return std::string{GOTONG_BIN_DIR} + "/gotong"; }
    Environment environment() const {
        return {{"HOME", home_.path().string()}, {"XDG_DATA_HOME", ""},
                {"XDG_CONFIG_HOME", ""},         {"GOTONG_HOME", ""},
                {"GOTONG_COORDINATOR", ""},      {"GOTONG_TOKEN", ""}};
    }

    TempDir home_;
};

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("jobs are listed with state, age and reason, and cancelled one by one or all at once") {
    Desk desk;
    const std::string first = desk.submit();
    const std::string second = desk.submit(3'600'000);
    const std::string third = desk.submit();
    const Finished listed = desk.gotong({"jobs"});
    INFO(listed.out << listed.err);
    CHECK(holds(listed.out, first));
    CHECK(holds(listed.out, "number 1 in the queue"));
    CHECK(holds(listed.out, "starts in "));
    CHECK(holds(listed.err, "3 open of 1000"));

    const Finished ended = desk.gotong({"cancel", first});
    CHECK(ended.status == 0);
    CHECK(holds(ended.out, "cancelled by its creator"));
    const json open = desk.parsed({"jobs", "--open"});
    CHECK(open.at("open_jobs") == 2);
    REQUIRE(open.at("jobs").size() == 2);
    CHECK(open.at("jobs").at(0).at("job") == third);
    CHECK(open.at("jobs").at(0).contains("age_ms"));
    const json cancelled = desk.parsed({"cancel", "--all"});
    CHECK(cancelled.at("jobs").size() == 2);
    CHECK(desk.parsed({"jobs", "--open"}).at("jobs").empty());
    const Finished unknown = desk.gotong({"cancel", std::string(32, '0')});
    CHECK(unknown.status == 2);
    CHECK(holds(unknown.err, "gotong jobs"));
}

TEST_CASE("explain says why a job waits and why a worker gets nothing") {
    Desk desk;
    const std::string job = desk.submit();
    const Finished lonely = desk.gotong({"explain", job});
    INFO(lonely.out << lonely.err);
    CHECK(lonely.status == 0);
    CHECK(holds(lonely.out, "no worker is online"));

    ScriptedWorker worker(desk.pool.channel(), desk.pool.new_invite());
    REQUIRE(worker.enrol("attic").ok());
    REQUIRE(worker.connect());
    const auto offer = worker.hear_offer();
    REQUIRE(offer);
    REQUIRE(worker.accept(*offer));
    const json held = desk.parsed({"explain", job});
    REQUIRE(held.at("attempts").size() == 1);
    CHECK(held.at("attempts").at(0).at("worker") == "attic");
    CHECK(held.at("attempts").at(0).at("choice") ==
          "first of 1 free: on disk here, +0.2 s, speed unknown");
    const Finished attic = desk.gotong({"explain", "attic"});
    CHECK(attic.status == 0);
    CHECK(holds(attic.out, job));
    CHECK(desk.gotong({"explain", "cellar"}).status == 2);

    // A creator sees his own jobs, and no workers.
    const std::string token = desk.pool.new_token("anna");
    v1::ExplainJobRequest request;
    request.set_job_id(job);
    v1::ExplainJobResponse response;
    CHECK(desk.pool.creator().ExplainJob(call_as(token).get(), request, &response).error_code() ==
          grpc::StatusCode::NOT_FOUND);
    REQUIRE(desk.pool.creator()
                .ExplainJob(call_as(desk.pool.operator_token()).get(), request, &response)
                .ok());
    CHECK(response.explanation().attempts_size() == 1);
    CHECK(response.explanation().job().spec().prompt() == "a red apple");
}

TEST_CASE("a failed job is queued again by the operator") {
    Desk desk;
    v1::SubmitRequest brief = a_request();
    brief.set_expires_in_ms(1'000);
    v1::SubmitResponse submitted;
    REQUIRE(desk.pool.creator()
                .Submit(call_as(desk.pool.operator_token()).get(), brief, &submitted)
                .ok());
    const std::string job = submitted.jobs(0).job_id();
    const bool expired = eventually(
        [&] {
            const json shown = desk.parsed({"jobs"});
            return shown.at("jobs").at(0).at("state") == "failed";
        },
        kSoon);
    REQUIRE(expired);
    const Finished requeued = desk.gotong({"pool", "requeue", job});
    INFO(requeued.out << requeued.err);
    CHECK(requeued.status == 0);
    CHECK(holds(requeued.out, "operator"));
    CHECK(desk.gotong({"pool", "requeue", std::string(32, '0')}).status == 2);
}

TEST_CASE("an account is given a weight and a limit") {
    Desk desk;
    (void)desk.pool.new_token("anna");
    CHECK(desk.gotong({"token", "set", "anna", "--weight", "3", "--max-open", "7"}).status == 0);
    for (const json& account : desk.parsed({"token", "list"}).at("accounts")) {
        if (account.at("name") != "anna") continue;
        CHECK(account.at("weight") == 3);
        CHECK(account.at("max_open_jobs") == 7);
    }
    CHECK(desk.gotong({"token", "set", "anna", "--weight", "0"}).status == 2);
    CHECK(desk.gotong({"token", "set", "nobody", "--weight", "2"}).status == 2);
}

TEST_CASE("what nobody can render yet is taken with a warning") {
    Desk desk;
    Process render = desk.in_background({"render", "a red apple", "--expires-in", "1s"}, "log");
    CHECK(render.wait(kSoon) == 1);
    CHECK(holds(render.output(), "no worker has joined this pool yet"));
    CHECK(holds(render.output(), "no worker rendered it in time"));
}

TEST_CASE("status --watch says a line each time where there is no terminal, until it is stopped") {
    Desk desk;
    (void)desk.submit();
    Process watch = desk.in_background({"status", "--watch", "--interval", "0.1"}, "watch");
    const auto lines = [&] {
        const std::string text = watch.output();
        return std::count(text.begin(), text.end(), '\n');
    };
    CHECK(eventually([&] { return lines() >= 3; }, kSoon));
    watch.signal(SIGINT);
    CHECK(watch.wait(kSoon) == 0);
    CHECK(holds(watch.output(), "workers 0, waiting 1 (the oldest for "));
    CHECK(holds(watch.output(), "submitted 0.0/min"));
}

}  // namespace
}  // namespace gotong::test
