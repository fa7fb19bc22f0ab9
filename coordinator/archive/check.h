// Whether a pool's folder, or a backup of one, holds all that it promises: a database that keeps
// its own rules, and for every finished job the picture with the right bytes and a receipt that
// verifies.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/result.h"

namespace gotong::archive {

struct Report {
    std::string pool;         // Its name.
    std::int64_t schema = 0;  // Of the database.
    std::uint64_t jobs = 0;
    std::uint64_t pictures = 0;  // Of them, those that are there and right.
    std::uint64_t bytes = 0;     // Theirs.

    std::vector<std::string> faults{};  // Sentences. None: all is well.
    // What is no fault: files that nothing names, uploads that are gone.
    std::vector<std::string> notes{};
};

// Reads every byte and changes nothing; a pool may run meanwhile, and what it does then is not
// looked at. Takes about a second for 500 MB of pictures.
//
// Errors, when there is nothing to check: not_found, failed_precondition, permission_denied.
Result<Report> check(const std::filesystem::path& data);

}  // namespace gotong::archive
