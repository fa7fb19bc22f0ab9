#include "worker/engine/memory/room.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>

#include "common/file/file.h"

namespace gotong::memory {
namespace {

constexpr std::size_t kMaxText = 64U << 10U;
constexpr std::uint64_t kKibi = 1024;

std::string text_of(const std::filesystem::path& path) {
    return file::read_small(path, kMaxText).value_or("");
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    return number;
}

// The rest of the line that begins with `start`.
std::optional<std::string_view> rest_of_line(std::string_view text, std::string_view start) {
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view line = text.substr(at, text.find('\n', at) - at);
        if (line.starts_with(start)) return line.substr(start.size());
        at += line.size() + 1;
    }
    return std::nullopt;
}

std::uint64_t less(std::uint64_t from, std::uint64_t what) { return from > what ? from - what : 0; }

std::optional<std::uint64_t> data_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return std::nullopt;
    return limit.rlim_cur;
}

std::optional<std::uint64_t> left_of_data_limit() {
    const auto limit = data_limit();
    const auto data = kibibytes_of(text_of("/proc/self/status"), "VmData");
    if (!limit || !data) return std::nullopt;
    return less(*limit, *data);
}

// Version 2 only: one group for all resources.
std::optional<std::uint64_t> left_in_our_group() {
    const std::string groups = text_of("/proc/self/cgroup");
    const auto ours = rest_of_line(groups, "0::");
    if (!ours) return std::nullopt;
    const std::string folder = "/sys/fs/cgroup" + std::string(*ours) + "/memory.";
    return left_in_group(text_of(folder + "max"), text_of(folder + "current"),
                         text_of(folder + "stat"));
}

std::uint64_t free_in_heap() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    return ::mallinfo2().fordblks;
#else
    return 0;
#endif
}

}  // namespace

std::optional<std::uint64_t> kibibytes_of(std::string_view text, std::string_view key) {
    const auto rest = rest_of_line(text, std::string(key) + ":");
    const auto number = rest ? number_in(*rest) : std::nullopt;
    if (!number) return std::nullopt;
    return *number * kKibi;
}

std::optional<std::uint64_t> left_in_group(std::string_view max, std::string_view current,
                                           std::string_view stat) {
    const auto limit = number_in(max);  // No number: "max".
    const auto used = number_in(current);
    if (!limit || !used) return std::nullopt;
    const auto file = rest_of_line(stat, "file ");
    return less(*limit, less(*used, file ? number_in(*file).value_or(0) : 0));
}

std::optional<std::uint64_t> room() {
    std::optional<std::uint64_t> least;
    for (const auto& left : {kibibytes_of(text_of("/proc/meminfo"), "MemAvailable"),
                             left_in_our_group(), left_of_data_limit()})
        if (left) least = least ? std::min(*least, *left) : *left;
    if (least) *least += free_in_heap();
    return least;
}

std::uint64_t whole() {
    const std::uint64_t machine = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                                  static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return std::min(machine, data_limit().value_or(machine));
}

}  // namespace gotong::memory
