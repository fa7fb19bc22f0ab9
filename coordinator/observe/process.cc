#include "coordinator/observe/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace gotong::observe {
namespace {

// Fields of /proc/PID/stat after the name in brackets, as proc(5) numbers them less three.
constexpr std::size_t kUserTicks = 11, kSystemTicks = 12, kThreads = 17, kStartTicks = 19,
                      kVirtualBytes = 20, kResidentPages = 21;

std::vector<double> stat_fields() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    // The name may hold anything, brackets and blanks too.
    std::istringstream rest(line.substr(std::min(line.size(), line.rfind(')') + 1)));
    std::string state;
    rest >> state;
    std::vector<double> fields{0};
    for (double field = 0; rest >> field;) fields.push_back(field);
    fields.resize(std::max(fields.size(), kResidentPages + 1));
    return fields;
}

double boot_seconds() {
    std::ifstream file("/proc/stat");
    for (std::string word; file >> word;) {
        if (word != "btime") continue;
        double seconds = 0;
        file >> seconds;
        return seconds;
    }
    return 0;
}

std::uint64_t open_descriptors() {
    std::error_code error;
    const std::filesystem::directory_iterator all("/proc/self/fd", error);
    if (error) return 0;
    const auto seen = std::distance(begin(all), end(all));
    return static_cast<std::uint64_t>(seen) - 1;
}

std::uint64_t descriptor_limit() {
    rlimit limit{};
    const bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0;
    return known && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : 0;
}

}  // namespace

Process look_at_process() {
    const std::vector<double> stat = stat_fields();
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    return {.cpu_seconds = (stat[kUserTicks] + stat[kSystemTicks]) / ticks,
            .start_seconds = boot_seconds() + stat[kStartTicks] / ticks,
            .resident = static_cast<std::uint64_t>(stat[kResidentPages] * page),
            .virtual_ = static_cast<std::uint64_t>(stat[kVirtualBytes]),
            .open_fds = open_descriptors(),
            .most_fds = descriptor_limit(),
            .threads = static_cast<std::uint64_t>(stat[kThreads])};
}

}  // namespace gotong::observe
