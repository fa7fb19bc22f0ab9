// A pool's database as it lies on disk, to be copied and looked through: beside a coordinator that
// goes on writing, or after its end. Changes nothing in it.
//
// One thread at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/store/store.h"

namespace gotong::sqlite {

class Database;

struct AcceptedPicture {
    JobId job;
    job::Picture picture;
    bool is_removed = false;  // By the pool's policy: the receipt is all that is left.
};

class View {
  public:
    // DIR/gotong.db, of this schema or an earlier one. Reads its first pages only.
    //
    // Errors: not_found when the folder holds no pool; failed_precondition when a newer Gotong, or
    // another program, wrote the file; permission_denied; data_loss.
    static Result<View> open(const std::filesystem::path& folder);
    View(View&& other) noexcept;
    ~View();

    std::int64_t schema() const { return schema_; }

    // From here until release() everything is read as it was at one moment, however long it takes.
    // The running coordinator's log grows meanwhile.
    Result<> hold();
    void release();

    // The whole database as it is at one moment, in a new file of its own (0600), without what was
    // deleted. Synced. Not while holding. Takes about a second for 100 MB.
    Result<> copy_to(const std::filesystem::path& file);

    std::optional<std::string> setting(std::string_view key);
    std::uint64_t count_jobs();

    // What is wrong with the database, a sentence each, at most some dozens; see examine.h.
    std::vector<std::string> faults();

    // The pictures of all finished jobs, in the order of the jobs. Errors: data_loss.
    Result<> each_picture(const std::function<void(const AcceptedPicture&)>& look);

    // Whether any job still has this picture. Reads every job.
    bool is_picture_kept(const crypto::Digest& sha256);

    // The uploads that should be there. Errors: data_loss.
    Result<std::vector<job::InputName>> inputs();

  private:
    View(std::unique_ptr<Database> database, std::int64_t schema);

    std::unique_ptr<Database> database_;
    std::int64_t schema_;
    bool may_remove_;  // Whether this schema knows of pictures that were removed.
};

// Notes in a copy, which nobody else has open, that these pictures were removed, as the pool has
// meanwhile. Synced.
Result<> note_removed(const std::filesystem::path& copy,
                      const std::vector<crypto::Digest>& pictures, WallTime at);

}  // namespace gotong::sqlite
