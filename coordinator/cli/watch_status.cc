#include "coordinator/cli/watch_status.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "coordinator/cli/dashboard.h"
#include "coordinator/cli/interrupt.h"
#include "coordinator/cli/report.h"
#include "coordinator/cli/screen.h"

namespace gotong::cli {
namespace {

void show(const Dashboard& dashboard, Screen& screen, bool json) {
    if (json) {
        print_json(dashboard.json());
    } else if (screen.is_terminal()) {
        screen.draw(dashboard.lines());
    } else {
        screen.draw({dashboard.line()});
    }
}

Result<v1::GetStatusResponse> ask(std::optional<Creator>& creator, const Connect& connect) {
    if (!creator) {
        auto found = connect();
        if (!found) return Failure{found.error()};
        creator = *std::move(found);
    }
    v1::GetStatusRequest request;
    request.set_jobs(1);
    auto status = creator->ask(&CreatorStub::GetStatus, request);
    if (!status) creator.reset();
    return status;
}

}  // namespace

Result<Exit> watch_status(const Connect& connect, std::chrono::milliseconds interval, bool json) {
    const Interrupt interrupt;
    Dashboard dashboard;
    Screen screen;
    std::optional<Creator> creator;
    bool was_there = false;
    do {
        const auto status = ask(creator, connect);
        if (!status) {
            if (!was_there || status.error().code != ErrorCode::unavailable)
                return Failure{status.error()};
            note("gotong: " + status.error().message);
            continue;
        }
        was_there = true;
        dashboard.see(*status, std::chrono::steady_clock::now());
        show(dashboard, screen, json);
    } while (sleep_unless(interrupt.token(), interval));
    return Exit::done;
}

}  // namespace gotong::cli
