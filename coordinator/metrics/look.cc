#include "coordinator/metrics/look.h"

#include "coordinator/loop/wait_for.h"
#include "coordinator/metrics/report.h"

namespace gotong::metrics {
namespace {

std::uint64_t size_of(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

std::uint64_t room_at(const std::filesystem::path& path) {
    std::error_code error;
    const auto space = std::filesystem::space(path, error);
    return error ? 0 : space.available;
}

}  // namespace

Result<std::string> look(const Sources& sources) {
    auto looked = loop::wait_for<Report>(sources.loop, [](loop::Turn& turn, auto answer) {
        Report report;
        report.core = turn.core().figures(turn.now());
        report.ended = turn.store().counts();
        report.loop = turn.figures();
        answer(std::move(report));
    });
    if (!looked) return Failure(looked.error());
    looked->version = sources.version;
    looked->waiting_tasks = sources.loop.waiting();
    looked->worker_streams = sources.workers.open();
    looked->watch_streams = sources.watchers.open();
    looked->database_bytes = size_of(sources.data / "gotong.db");
    looked->wal_bytes = size_of(sources.data / "gotong.db-wal");
    looked->disk_free_bytes = room_at(sources.data);
    looked->process = observe::look_at_process();
    return expose(*looked, rpc::tally(), sources.probes, sources.gateway);
}

}  // namespace gotong::metrics
