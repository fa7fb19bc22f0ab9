// What a process has cost so far, as the kernel counts it.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace gotong::test {

// Of all its threads, its children apart. Seconds, to a hundredth.
inline double cpu_seconds(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string field;
    while (file >> field && !field.ends_with(')')) {  // The name, which may have blanks.
    }
    for (int i = 0; i < 11; ++i) file >> field;
    double user = 0.0, system = 0.0;
    file >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

inline double resident_kib(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
    }
    return 0.0;
}

}  // namespace gotong::test
