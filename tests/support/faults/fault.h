// One write or sync that fails in a real program, chosen by its number.
#pragma once

#include <filesystem>

#include "tests/support/process.h"

namespace gotong::test {

enum class FaultKind {
    sync,   // fsync and fdatasync: EIO.
    write,  // To a regular file: ENOSPC.
};

struct Fault {
    FaultKind kind = FaultKind::sync;
    int number = 1;               // The first is 1.
    std::filesystem::path mark;   // Made when the call fails; must not be there.
    std::filesystem::path arm{};  // When given, nothing is counted before it is there.
};

// To be added to the program's environment.
Environment environment_of(const Fault& fault);

}  // namespace gotong::test
