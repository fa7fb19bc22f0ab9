// What a pool's database says at the end of a test, read beside the coordinator and without it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace gotong::test {

class Books {
  public:
    explicit Books(const std::filesystem::path& pool_data) : file_(pool_data / "gotong.db") {}

    std::int64_t jobs() const { return number("SELECT count(*) FROM job"); }
    std::int64_t queued() const { return number("SELECT count(*) FROM job WHERE state = 1"); }
    std::int64_t running() const { return number("SELECT count(*) FROM job WHERE state = 2"); }
    std::int64_t done() const { return number("SELECT count(*) FROM job WHERE state = 3"); }
    std::int64_t attempts() const { return number("SELECT count(*) FROM attempt"); }

    // One sentence for each promise that is broken; empty when all are kept: every job is done,
    // has one accepted attempt and was paid for once, nothing is held, and the ledger sums to zero.
    std::string broken_promises() const;

    // For a failure's message: each attempt and how it ended.
    std::string history() const;

  private:
    std::int64_t number(const char* sql) const;

    std::filesystem::path file_;
};

}  // namespace gotong::test
