#include "coordinator/archive/check.h"

#include <set>
#include <utility>

#include "common/bytes.h"
#include "common/crypto/base64.h"
#include "common/crypto/sha256.h"
#include "common/crypto/sign.h"
#include "common/file/file.h"
#include "common/receipt/verify.h"
#include "coordinator/archive/manifest.h"
#include "coordinator/blob/look.h"
#include "coordinator/store/sqlite/view.h"

namespace gotong::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxKeyFile = 256;

Result<crypto::PublicKey> pool_key(const fs::path& data) {
    auto text = file::read_small(data / "pool.pub", kMaxKeyFile);
    if (!text) return Failure{text.error()};
    while (!text->empty() && text->back() == '\n') text->pop_back();
    const auto bytes = crypto::base64_decode(*text);
    if (!bytes) return Failure{bytes.error()};
    return crypto::checked_public_key(as_bytes(*bytes));
}

// One pass over the jobs' pictures.
class Pictures {
  public:
    Pictures(const fs::path& data, std::vector<crypto::PublicKey> trusted, Report& report)
        : blobs_(blob::look_into_blobs(data / "blobs")),
          trusted_(std::move(trusted)),
          report_(report) {}

    void look_at(const sqlite::AcceptedPicture& it) {
        const std::string whose = "the picture of job " + it.job.to_hex() + " (" +
                                  crypto::to_hex(it.picture.sha256) + ")";
        if (it.is_removed) return check_receipt(it, {}, false);
        needed_.insert(it.picture.sha256);
        const Result<std::string> bytes = blobs_->read(it.picture.sha256);
        if (!bytes) {
            const bool is_gone = bytes.error().code == ErrorCode::not_found;
            if (is_gone) missing_.push_back({it.picture.sha256, whose + " is missing"});
            if (!is_gone) report_.faults.push_back(whose + " is damaged");
        } else if (bytes->size() != it.picture.size) {
            report_.faults.push_back(whose + " has another size than its job says");
        } else {
            ++report_.pictures;
            report_.bytes += bytes->size();
        }
        check_receipt(it, bytes ? *bytes : std::string{}, bytes.has_value());
    }

    // What is missing may have been removed since the look began, by the pool's policy.
    void tell_missing(sqlite::View& now) {
        for (const auto& [sha256, fault] : missing_) {
            if (now.is_picture_kept(sha256)) report_.faults.push_back(fault);
        }
    }

    bool need(const crypto::Digest& sha256) const { return needed_.contains(sha256); }

  private:
    void check_receipt(const sqlite::AcceptedPicture& it, const std::string& bytes, bool is_there) {
        const auto verdict = receipt::verify_parts(bytes, it.picture.bundle, trusted_);
        const std::string whose = "the receipt of job " + it.job.to_hex() + ": ";
        for (const receipt::Check& made : verdict.checks) {
            if (made.passed || (!is_there && made.name == "picture")) continue;
            report_.faults.push_back(whose + made.finding);
        }
        if (!verdict.statement) return;
        if (verdict.statement->job.id != it.job) {
            report_.faults.push_back(whose + "it is about another job");
        }
        if (verdict.statement->output.sha256 != it.picture.sha256) {
            report_.faults.push_back(whose + "it is about another picture");
        }
    }

    std::unique_ptr<const blob::BlobStore> blobs_;
    std::vector<crypto::PublicKey> trusted_;
    std::set<crypto::Digest> needed_;
    std::vector<std::pair<crypto::Digest, std::string>> missing_;
    Report& report_;
};

void note_strays(const fs::path& data, const Pictures& pictures, Report& report) {
    for (const crypto::Digest& sha256 : blob::blobs_in(data / "blobs")) {
        if (pictures.need(sha256)) continue;
        report.notes.push_back("no finished job has the picture " + crypto::to_hex(sha256) +
                               ": it is on its way in, or was left by a result that was refused");
    }
}

Result<> check_pictures(sqlite::View& pool, const fs::path& data, Report& report) {
    std::vector<crypto::PublicKey> trusted;
    if (const auto key = pool_key(data)) {
        trusted.push_back(*key);
    } else {
        report.faults.push_back("pool.pub cannot be read: " + key.error().message);
    }
    Pictures pictures(data, std::move(trusted), report);
    const Result<> read =
        pool.each_picture([&](const sqlite::AcceptedPicture& it) { pictures.look_at(it); });
    pool.release();
    pictures.tell_missing(pool);
    note_strays(data, pictures, report);
    return read;
}

Result<std::string> bytes_of(const fs::path& inputs, const blob::InputName& name) {
    const auto reader = blob::open_input(inputs, name);
    if (!reader) return Failure{reader.error()};
    std::string bytes((*reader)->size(), '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const auto got = (*reader)->read(
            {reinterpret_cast<std::uint8_t*>(bytes.data()) + filled, bytes.size() - filled});
        if (!got) return Failure{got.error()};
        if (*got == 0) break;
        filled += *got;
    }
    return bytes;
}

Result<> check_inputs(sqlite::View& pool, const fs::path& data, Report& report) {
    const auto names = pool.inputs();
    if (!names) return Failure{names.error()};
    for (const blob::InputName& name : *names) {
        const auto bytes = bytes_of(data / "inputs", name);
        const std::string which = "the upload " + crypto::to_hex(name.sha256);
        if (!bytes) {
            report.notes.push_back(which + " is gone; jobs that begin with it will say so");
        } else if (crypto::sha256(as_bytes(*bytes)) != name.sha256) {
            report.faults.push_back(which + " is damaged");
        }
    }
    return {};
}

void check_keys(const fs::path& data, Report& report) {
    for (const char* name : {"pool.key", "presign.key"}) {
        std::error_code unknown;
        if (fs::exists(data / name, unknown)) continue;
        report.faults.push_back(std::string(name) + " is missing");
    }
}

}  // namespace

Result<Report> check(const fs::path& data) {
    auto pool = sqlite::View::open(data);
    if (!pool) return Failure{pool.error()};
    if (Result<> held = pool->hold(); !held) return Failure{held.error()};
    Report report{.pool = pool->setting("pool.name").value_or(""), .schema = pool->schema()};
    report.jobs = pool->count_jobs();
    report.faults = pool->faults();
    check_keys(data, report);
    if (const Result<> read = check_pictures(*pool, data, report); !read) {
        report.faults.push_back("the database cannot be read: " + read.error().message);
    } else if (const Result<> inputs = check_inputs(*pool, data, report); !inputs) {
        report.faults.push_back("the database cannot be read: " + inputs.error().message);
    }
    return report;
}

}  // namespace gotong::archive
