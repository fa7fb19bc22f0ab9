#include "coordinator/archive/backup.h"

#include <algorithm>
#include <set>
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

// Besides the database; what a pool need not have is left out.
std::vector<std::string> small_files(const fs::path& data) {
    std::vector<std::string> files{"pool.key", "pool.pub", "presign.key", "creator.token",
                                   "metrics.token"};
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(data / "tls", none)) {
        if (entry.is_regular_file()) files.push_back("tls/" + entry.path().filename().string());
    }
    std::ranges::sort(files);
    return files;
}

Result<> copy_small_files(const fs::path& data, const fs::path& to, Manifest& manifest) {
    for (const std::string& name : small_files(data)) {
        const auto copied = copy_file(data, name, to);
        if (copied) {
            manifest.files.push_back(*copied);
        } else if (copied.error().code != ErrorCode::not_found) {
            return Failure{copied.error()};
        }
    }
    return {};
}

Result<> copy_database(const fs::path& data, const fs::path& to) {
    auto pool = sqlite::View::open(data);
    if (!pool) return Failure{pool.error()};
    return pool->copy_to(to / "gotong.db");
}

// What is missing may have been removed since, by the pool's policy: then the copy says so, too.
Result<> excuse_removed(const fs::path& data, const fs::path& to, Manifest& manifest) {
    if (manifest.lost.empty()) return {};
    auto pool = sqlite::View::open(data);
    if (!pool) return Failure{pool.error()};
    std::vector<crypto::Digest> removed;
    std::erase_if(manifest.lost, [&](const crypto::Digest& sha256) {
        if (pool->is_picture_kept(sha256)) return false;
        removed.push_back(sha256);
        return true;
    });
    if (removed.empty()) return {};
    return sqlite::note_removed(to / "gotong.db", removed, manifest.taken);
}

Result<> describe_database(const fs::path& to, Manifest& manifest) {
    const auto file = describe(to, "gotong.db");
    if (!file) return Failure{file.error()};
    manifest.files.push_back(*file);
    return {};
}

// Whether the trouble is the original's, which is then missing or damaged for good.
bool is_lost(const Error& error) {
    return error.code == ErrorCode::not_found || error.code == ErrorCode::invalid_argument ||
           error.code == ErrorCode::data_loss;
}

Result<> copy_blob(const blob::BlobStore& from, blob::BlobStore& to, const crypto::Digest& sha256) {
    const auto reader = from.open(sha256);
    if (!reader) return Failure{reader.error()};
    const auto writer = to.begin(sha256, (*reader)->size());
    if (!writer) return Failure{writer.error()};
    return pour(**reader, **writer);
}

Result<> copy_pictures(sqlite::View& copy, const fs::path& data, const fs::path& to,
                       Manifest& manifest) {
    const auto from = blob::look_into_blobs(data / "blobs");
    auto into = blob::open_folder(to / "blobs");
    if (!into) return Failure{into.error()};
    std::set<crypto::Digest> seen;  // Equal jobs have equal pictures.
    Result<> outcome;
    const Result<> read = copy.each_picture([&](const sqlite::AcceptedPicture& it) {
        if (!outcome || it.is_removed || !seen.insert(it.picture.sha256).second) return;
        const Result<> copied = copy_blob(*from, **into, it.picture.sha256);
        if (copied) {
            ++manifest.pictures;
        } else if (is_lost(copied.error())) {
            manifest.lost.push_back(it.picture.sha256);
        } else {
            outcome = copied;
        }
    });
    fs::remove(to / "blobs" / "tmp");
    return read ? outcome : read;
}

Result<> copy_input(const fs::path& from, blob::Inputs& to, const blob::InputName& name) {
    const auto reader = blob::open_input(from, name);
    if (!reader) return Failure{reader.error()};
    const auto writer = to.begin(name, (*reader)->size());
    if (!writer) return Failure{writer.error()};
    return pour(**reader, **writer);
}

// An upload that is gone, be it since, fails the jobs that begin with it when the pool starts; they
// say so. So it is no loss that a backup must speak of.
Result<> copy_inputs(sqlite::View& copy, const fs::path& data, const fs::path& to,
                     Manifest& manifest) {
    const auto names = copy.inputs();
    if (!names) return Failure{names.error()};
    auto into = blob::Inputs::open_folder(to / "inputs");
    if (!into) return Failure{into.error()};
    for (const blob::InputName& name : *names) {
        const Result<> copied = copy_input(data / "inputs", **into, name);
        if (!copied && !is_lost(copied.error())) return copied;
        if (copied) ++manifest.uploads;
    }
    fs::remove(to / "inputs" / "tmp");
    return {};
}

// In the order that loses nothing: what is named, then what it names.
Result<> copy_all(const fs::path& data, const fs::path& to, Manifest& manifest) {
    if (Result<> done = copy_database(data, to); !done) return done;
    auto copy = sqlite::View::open(to);
    if (!copy) return Failure{copy.error()};
    manifest.pool = copy->setting("pool.name").value_or("");
    if (Result<> done = copy_pictures(*copy, data, to, manifest); !done) return done;
    return copy_inputs(*copy, data, to, manifest);
}

Result<Manifest> fill(const fs::path& data, const fs::path& to, WallTime now) {
    Manifest manifest;
    manifest.taken = now;
    if (auto done = copy_all(data, to, manifest); !done) return Failure{done.error()};
    if (auto done = excuse_removed(data, to, manifest); !done) return Failure{done.error()};
    if (auto done = describe_database(to, manifest); !done) return Failure{done.error()};
    if (auto done = copy_small_files(data, to, manifest); !done) return Failure{done.error()};
    const auto written =
        file::create_durable(to / kManifestName, to_json(manifest), file::Access::owner_only);
    if (!written) return Failure{written.error()};
    return manifest;
}

}  // namespace

Result<Manifest> back_up(const fs::path& data, const fs::path& target, WallTime now) {
    if (const auto pool = sqlite::View::open(data); !pool) return Failure{pool.error()};
    auto staging = Staging::begin(target);
    if (!staging) return Failure{staging.error()};
    auto manifest = fill(data, staging->folder(), now);
    if (!manifest) return manifest;
    if (auto kept = staging->keep(); !kept) return Failure{kept.error()};
    return manifest;
}

}  // namespace gotong::archive
