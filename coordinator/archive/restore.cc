#include "coordinator/archive/restore.h"

#include <algorithm>
#include <utility>

#include "common/file/file.h"
#include "coordinator/archive/copy.h"
#include "coordinator/archive/staging.h"
#include "coordinator/blob/folder.h"
#include "coordinator/blob/inputs.h"
#include "coordinator/blob/look.h"
#include "coordinator/store/sqlite/view.h"

namespace gotong::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFaultsShown = 5;

Failure broken(const fs::path& backup, const std::string& why) {
    return fail(ErrorCode::data_loss, "the backup " + backup.string() + " is broken: " + why +
                                          "; nothing was restored from it");
}

Result<Manifest> manifest_of(const fs::path& backup) {
    const auto text = file::read_small(backup / kManifestName, kMaxManifest);
    if (!text && text.error().code == ErrorCode::not_found) {
        return fail(ErrorCode::not_found, backup.string() + " is no backup: it has no " +
                                              kManifestName + ", which a whole one ends with");
    }
    if (!text) return Failure{text.error()};
    auto manifest = manifest_from_json(*text);
    if (!manifest && manifest.error().code == ErrorCode::invalid_argument) {
        return broken(backup, std::string(kManifestName) + ": " + manifest.error().message);
    }
    return manifest;
}

Result<> copy_files(const fs::path& backup, const Manifest& manifest, const fs::path& to) {
    for (const ArchivedFile& file : manifest.files) {
        const auto copied = copy_file(backup, file.path, to);
        if (!copied && copied.error().code == ErrorCode::not_found) {
            return broken(backup, file.path + " is missing");
        }
        if (!copied) return Failure{copied.error()};
        if (*copied != file) return broken(backup, file.path + " is not the file that was saved");
    }
    return {};
}

// Everything that is there: what is missing or strange is found when the whole is checked.
Result<> copy_blobs(const fs::path& backup, const fs::path& to) {
    const auto from = blob::look_into_blobs(backup / "blobs");
    auto into = blob::open_folder(to / "blobs");
    if (!into) return Failure{into.error()};
    for (const crypto::Digest& sha256 : blob::blobs_in(backup / "blobs")) {
        const auto reader = from->open(sha256);
        if (!reader) return Failure{reader.error()};
        const auto writer = (*into)->begin(sha256, (*reader)->size());
        if (!writer) return Failure{writer.error()};
        const Result<> poured = pour(**reader, **writer);
        if (poured) continue;
        if (poured.error().code != ErrorCode::invalid_argument) return poured;
        return broken(backup, "the picture " + crypto::to_hex(sha256) + " is damaged");
    }
    return {};
}

Result<> copy_inputs(const fs::path& backup, const fs::path& to) {
    const fs::path from = backup / "inputs";
    auto into = blob::Inputs::open_folder(to / "inputs");
    if (!into) return Failure{into.error()};
    for (const blob::InputName& name : blob::inputs_in(from)) {
        const auto reader = blob::open_input(from, name);
        if (!reader) return Failure{reader.error()};
        const auto writer = (*into)->begin(name, (*reader)->size());
        if (!writer) return Failure{writer.error()};
        const Result<> poured = pour(**reader, **writer);
        if (poured) continue;
        if (poured.error().code != ErrorCode::invalid_argument) return poured;
        return broken(backup, "the upload " + crypto::to_hex(name.sha256) + " is damaged");
    }
    return {};
}

// Losses that the backup itself confesses are the pool's, not the backup's.
bool is_confessed(const Manifest& manifest, const std::string& fault) {
    return std::ranges::any_of(manifest.lost, [&](const crypto::Digest& sha256) {
        return fault.find(crypto::to_hex(sha256)) != std::string::npos;
    });
}

Result<Report> check_whole(const fs::path& backup, const Manifest& manifest, const fs::path& made) {
    auto report = check(made);
    if (!report) return report;
    std::string why;
    std::size_t faults = 0;
    for (const std::string& fault : report->faults) {
        if (is_confessed(manifest, fault)) continue;
        if (++faults <= kMostFaultsShown) why += (why.empty() ? "" : "; ") + fault;
    }
    if (faults == 0) return report;
    if (faults > kMostFaultsShown)
        why += "; and " + std::to_string(faults - kMostFaultsShown) +
               " more: `gotong pool check` lists them";
    return broken(backup, why);
}

Result<Restored> fill(const fs::path& backup, Manifest manifest, const fs::path& to) {
    if (auto done = copy_files(backup, manifest, to); !done) return Failure{done.error()};
    if (auto done = copy_blobs(backup, to); !done) return Failure{done.error()};
    if (auto done = copy_inputs(backup, to); !done) return Failure{done.error()};
    auto report = check_whole(backup, manifest, to);
    if (!report) return Failure{report.error()};
    return Restored{.manifest = std::move(manifest), .report = *std::move(report)};
}

}  // namespace

Result<Restored> restore(const fs::path& backup, const fs::path& data) {
    auto manifest = manifest_of(backup);
    if (!manifest) return Failure{manifest.error()};
    if (const auto readable = sqlite::View::open(backup); !readable) {
        const bool is_newer = readable.error().code == ErrorCode::failed_precondition;
        return is_newer ? Failure{readable.error()} : broken(backup, readable.error().message);
    }
    auto staging = Staging::begin(data);
    if (!staging) return Failure{staging.error()};
    auto restored = fill(backup, *std::move(manifest), staging->folder());
    if (!restored) return restored;
    if (auto kept = staging->keep(); !kept) return Failure{kept.error()};
    return restored;
}

}  // namespace gotong::archive
