#include "coordinator/metrics/report.h"

#include "coordinator/observe/exposition.h"

namespace gotong::metrics {
namespace {

using observe::Exposition;

double number(std::uint64_t value) { return static_cast<double>(value); }

void expose_jobs(Exposition& out, const Report& report) {
    const core::Figures& core = report.core;
    out.begin("gotong_jobs", "gauge", "Jobs by the state that they are in, of all time.");
    out.sample({{"state", "queued"}}, core.jobs_queued);
    out.sample({{"state", "running"}}, core.jobs_running);
    out.sample({{"state", "done"}}, number(report.ended.done));
    out.sample({{"state", "failed"}}, number(report.ended.failed));
    out.sample({{"state", "cancelled"}}, number(report.ended.cancelled));
    const std::chrono::duration<double> oldest = core.oldest_wait.value_or(0ms);
    out.gauge("gotong_queue_oldest_wait_seconds",
              "Age of the oldest queued job that could start; 0 when there is none.",
              oldest.count());
    const core::Counters& since = core.since_start;
    out.counter("gotong_jobs_submitted_total", "Jobs that were taken.", number(since.submitted));
    out.counter("gotong_jobs_accepted_total", "Jobs whose picture was accepted.",
                number(since.done));
    out.counter("gotong_jobs_failed_total", "Jobs that failed for good, expired ones included.",
                number(since.failed));
    out.counter("gotong_jobs_expired_total", "Jobs that failed because their time was over.",
                number(since.expired));
    out.counter("gotong_jobs_cancelled_total", "Jobs that were cancelled.",
                number(since.cancelled));
    out.counter("gotong_jobs_requeued_total", "Failed jobs that the operator queued again.",
                number(since.requeued));
}

void expose_attempts(Exposition& out, const core::Counters& since) {
    out.begin("gotong_attempts_total", "counter", "Attempts that ended, by how.");
    for (std::size_t i = 0; i < core::kOutcomes.size(); ++i) {
        out.sample({{"outcome", core::kOutcomes[i]}}, number(since.attempts[i]));
    }
    out.histogram("gotong_job_start_wait_seconds",
                  "From a job's start (its submission, unless it said later) to its first offer.",
                  since.until_offered);
    out.histogram("gotong_job_render_seconds", "From an offer to its accepted picture.",
                  since.until_accepted);
}

void expose_workers(Exposition& out, const Report& report) {
    const core::Figures::Workers& workers = report.core.workers;
    out.begin("gotong_workers", "gauge", "Enrolled workers by what they are at.");
    out.sample({{"state", "idle"}}, workers.idle);
    out.sample({{"state", "busy"}}, workers.busy);
    out.sample({{"state", "draining"}}, workers.draining);
    out.sample({{"state", "stuck"}}, workers.stuck);
    out.sample({{"state", "away"}}, workers.away);
    out.sample({{"state", "offline"}}, workers.offline);
    out.gauge("gotong_worker_slots", "Pictures that connected workers could render at once.",
              report.core.slots);
    out.gauge("gotong_worker_free_slots", "Slots that would be given a job now.",
              report.core.free_slots);
    const core::Counters& since = report.core.since_start;
    out.begin("gotong_sessions_total", "counter", "What became of workers' sessions.");
    out.sample({{"event", "opened"}}, number(since.sessions_opened));
    out.sample({{"event", "resumed"}}, number(since.sessions_resumed));
    out.sample({{"event", "superseded"}}, number(since.sessions_superseded));
    out.sample({{"event", "expired"}}, number(since.sessions_expired));
    out.begin("gotong_streams_open", "gauge", "Open gRPC streams.");
    out.sample({{"of", "workers"}}, number(report.worker_streams));
    out.sample({{"of", "watchers"}}, number(report.watch_streams));
}

void expose_checks(Exposition& out, std::string_view of, const rpc::Checks& checks) {
    out.sample({{"of", of}, {"verdict", "good"}}, number(checks.good.value()));
    out.sample({{"of", of}, {"verdict", "bad"}}, number(checks.bad.value()));
}

void expose_rpc(Exposition& out, const rpc::Tally& tally, const rpc::ProbeCounts& probes) {
    out.begin("gotong_refusals_total", "counter",
              "gRPC calls and streams that ended with an error, by its code.");
    for (std::size_t code = 1; code < tally.refusals.size(); ++code) {
        out.sample({{"reason", rpc::refusal_name(code)}}, number(tally.refusals[code].value()));
    }
    out.begin("gotong_signature_checks_total", "counter",
              "Signatures of workers that were checked; a result's with its picture.");
    expose_checks(out, "hello", tally.hellos);
    expose_checks(out, "enrolment", tally.enrolments);
    expose_checks(out, "result", tally.results);
    out.begin("gotong_self_probes_total", "counter",
              "Calls of the coordinator to its own gRPC port.");
    out.sample({{"result", "answered"}}, number(probes.answered.value()));
    out.sample({{"result", "failed"}}, number(probes.failed.value()));
}

void expose_gateway(Exposition& out, const gateway::Counts& counts) {
    out.begin("gotong_uploads_total", "counter", "Files that came whole and new over HTTP.");
    out.sample({{"of", "pictures"}}, number(counts.blobs.value()));
    out.sample({{"of", "inputs"}}, number(counts.inputs.value()));
    out.begin("gotong_uploaded_bytes_total", "counter", "Their sizes: bytes that were stored.");
    out.sample({{"of", "pictures"}}, number(counts.blob_bytes.value()));
    out.sample({{"of", "inputs"}}, number(counts.input_bytes.value()));
    out.begin("gotong_http_responses_total", "counter", "Answers of the HTTP port, by status.");
    constexpr std::array<std::string_view, 6> classes{"", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t i = 2; i < classes.size(); ++i) {
        out.sample({{"code", classes[i]}}, number(counts.answers[i].value()));
    }
}

void expose_loop(Exposition& out, const Report& report) {
    out.histogram("gotong_loop_step_seconds",
                  "What a turn of the core's loop took, its commit left out.",
                  report.loop.step_seconds);
    out.gauge("gotong_loop_waiting_tasks", "Tasks that wait for the core's loop.",
              number(report.waiting_tasks));
    out.histogram("gotong_store_commit_seconds", "What a commit took, its sync included.",
                  report.loop.commit_seconds);
    out.histogram("gotong_store_batch_tasks", "Tasks that shared a commit.",
                  report.loop.batch_tasks);
    out.gauge("gotong_database_size_bytes", "Size of gotong.db.", number(report.database_bytes));
    out.gauge("gotong_database_wal_size_bytes", "Size of its write-ahead log.",
              number(report.wal_bytes));
    out.gauge("gotong_disk_free_bytes", "Room that is left where the data folder lies.",
              number(report.disk_free_bytes));
}

void expose_process(Exposition& out, const Report& report) {
    const observe::Process& process = report.process;
    out.counter("process_cpu_seconds_total", "Time on processors, user and system.",
                process.cpu_seconds);
    out.gauge("process_resident_memory_bytes", "Resident memory.", number(process.resident));
    out.gauge("process_virtual_memory_bytes", "Address space.", number(process.virtual_));
    out.gauge("process_open_fds", "Open file descriptors.", number(process.open_fds));
    out.gauge("process_max_fds", "The limit of those; 0: none.", number(process.most_fds));
    out.gauge("process_threads", "Threads.", number(process.threads));
    out.gauge("process_start_time_seconds", "When the process started, since 1970.",
              process.start_seconds);
    out.begin("gotong_build_info", "gauge", "Always 1; the label says which version runs.");
    out.sample({{"version", report.version}}, 1);
}

}  // namespace

std::string expose(const Report& report, const rpc::Tally& tally, const rpc::ProbeCounts& probes,
                   const gateway::Counts& gateway) {
    Exposition out;
    expose_jobs(out, report);
    expose_attempts(out, report.core.since_start);
    expose_workers(out, report);
    expose_rpc(out, tally, probes);
    expose_gateway(out, gateway);
    expose_loop(out, report);
    expose_process(out, report);
    return out.text();
}

}  // namespace gotong::metrics
