// A running pool in which pictures were accepted, and what its operator does with its folder.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/pool/running_pool.h"
#include "tests/support/pool/scripted_worker.h"

namespace gotong::test {

class PoolWithPictures {
  public:
    explicit PoolWithPictures(int pictures = 2, const Environment& coordinators = {},
                              const std::vector<std::string>& flags = {});

    // False when the pool went away before it had acknowledged all of it.
    bool try_to_render(const std::string& prompt);
    std::string render(const std::string& prompt);  // The job's id; its picture is accepted.
    std::string submit(const std::string& prompt);  // Waits in the queue.
    v1::Job job(const std::string& id);

    // As typed; `more` is added to the environment.
    Finished gotong(std::vector<std::string> words, Environment more = {}) const;
    nlohmann::json json(std::vector<std::string> words) const;  // With --json, whatever its status.

    std::filesystem::path data() const { return pool.data(); }
    std::filesystem::path file(const std::string& name) const { return dir_ / name; }
    std::filesystem::path picture_file(const std::string& job);

    RunningPool pool;
    std::vector<std::string> jobs;       // Of the beginning: all done.
    std::vector<std::string> submitted;  // By render(): what the pool said it has.
    std::vector<std::string> accepted;   // Of them, those that the pool said it has paid for.

  private:
    TempDir dir_;
    std::unique_ptr<ScriptedWorker> worker_;
};

// The file under ROOT/blobs with this name.
std::filesystem::path blob_in(const std::filesystem::path& root, const std::string& sha256_hex);

// Changes a database as no coordinator would.
void meddle(const std::filesystem::path& folder, const std::string& sql);

void flip_a_byte(const std::filesystem::path& file);

}  // namespace gotong::test
