// `gotong pool backup|restore|check`: what an operator does with a pool's folder as a whole.
#include "coordinator/cli/pool_archive.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/text/printable.h"
#include "common/text/rfc3339.h"
#include "coordinator/archive/backup.h"
#include "coordinator/archive/check.h"
#include "coordinator/archive/restore.h"
#include "coordinator/cli/place.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

fs::path folder_or_default(const std::string& data) {
    return data.empty() ? default_data_folder() : fs::path{data};
}

void add_data_option(CLI::App& app, std::string& data) {
    app.add_option("--data", data, "The pool's data folder (default: that of `gotong up`)");
}

class BackupPool final : public Command {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("TARGET", target_, "Folder to make; must not exist yet")->required();
        add_data_option(app, data_);
    }

    Result<Exit> run() override {
        const auto manifest =
            archive::back_up(folder_or_default(data_), target_, SystemClock().now().wall);
        if (!manifest) return Failure{manifest.error()};
        if (json)
            print_object(*manifest);
        else
            print_text(*manifest);
        return manifest->lost.empty() ? Exit::done : Exit::failed;
    }

  private:
    void print_object(const archive::Manifest& manifest) const {
        auto lost = ordered_json::array();
        for (const Digest& sha256 : manifest.lost) lost.push_back(crypto::to_hex(sha256));
        print_json({{"backup", target_},
                    {"pool", manifest.pool},
                    {"taken", text::to_rfc3339(manifest.taken)},
                    {"pictures", manifest.pictures},
                    {"uploads", manifest.uploads},
                    {"lost", std::move(lost)}});
    }

    void print_text(const archive::Manifest& manifest) const {
        print_line(fmt::format("{}: pool {} with {} pictures and {} uploads", target_,
                               text::printable(manifest.pool), manifest.pictures,
                               manifest.uploads));
        if (manifest.lost.empty()) return;
        for (const Digest& sha256 : manifest.lost)
            note("The pool itself has no whole picture " + crypto::to_hex(sha256) + " any more.");
        note("The backup is whole but for these; `gotong pool check` says whose they were.");
    }

    std::string target_;
    std::string data_;
};

class RestorePool final : public Command {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("BACKUP", backup_, "What `gotong pool backup` made")->required();
        app.add_option("--data", data_, "Folder to make; must not exist yet, or be empty")
            ->required();
    }

    Result<Exit> run() override {
        const auto restored = archive::restore(backup_, data_);
        if (!restored) return Failure{restored.error()};
        const std::string taken = text::to_rfc3339(restored->manifest.taken);
        if (json) {
            print_json({{"data", data_},
                        {"pool", restored->manifest.pool},
                        {"taken", taken},
                        {"jobs", restored->report.jobs},
                        {"pictures", restored->report.pictures}});
        } else {
            print_line(fmt::format("{}: pool {} as it was at {}, with {} jobs and {} pictures",
                                   data_, text::printable(restored->manifest.pool), taken,
                                   restored->report.jobs, restored->report.pictures));
            for (const std::string& fault : restored->report.faults) note(fault);
            note("Start it with: gotong-coordinator --data " + data_);
        }
        return Exit::done;
    }

  private:
    std::string backup_;
    std::string data_;
};

class CheckPool final : public Command {
  public:
    void add_options(CLI::App& app) override { add_data_option(app, data_); }

    // Exit code 1 when anything is wrong.
    Result<Exit> run() override {
        const auto report = archive::check(folder_or_default(data_));
        if (!report) return Failure{report.error()};
        if (json)
            print_object(*report);
        else
            print_text(*report);
        return report->faults.empty() ? Exit::done : Exit::failed;
    }

  private:
    static void print_object(const archive::Report& report) {
        print_json({{"pool", report.pool},
                    {"schema", report.schema},
                    {"jobs", report.jobs},
                    {"pictures", report.pictures},
                    {"bytes", report.bytes},
                    {"faults", report.faults},
                    {"notes", report.notes}});
    }

    static void print_text(const archive::Report& report) {
        for (const std::string& fault : report.faults) print_line("fault: " + fault);
        for (const std::string& remark : report.notes) print_line("note: " + remark);
        constexpr double kMegabyte = 1e6;
        print_line(fmt::format("pool {}: {} jobs, {} pictures of {:.1f} MB, schema {}: {}",
                               text::printable(report.pool), report.jobs, report.pictures,
                               static_cast<double>(report.bytes) / kMegabyte, report.schema,
                               report.faults.empty()
                                   ? "all is well"
                                   : std::to_string(report.faults.size()) + " faults"));
        if (report.faults.empty()) return;
        note(
            "Stop the coordinator, keep the folder as it is, and restore the newest good backup "
            "beside it: gotong pool restore BACKUP --data NEW");
    }

    std::string data_;
};

}  // namespace

void add_pool_archive(CLI::App& group, Commands& commands) {
    add_command(group, commands, std::make_unique<BackupPool>(),
                {"backup", "Copy a whole pool, running or not, into a new folder",
                 "  gotong pool backup /backup/attic-monday --data /var/lib/gotong"});
    add_command(group, commands, std::make_unique<RestorePool>(),
                {"restore", "Make a pool's folder of a backup, and check it",
                 "  gotong pool restore /backup/attic-monday --data /var/lib/gotong"});
    add_command(group, commands, std::make_unique<CheckPool>(),
                {"check", "Look for anything lost or wrong in a pool's folder, or in a backup",
                 "  gotong pool check --data /var/lib/gotong\n"
                 "  gotong pool check --data /backup/attic-monday --json"});
}

}  // namespace gotong::cli
