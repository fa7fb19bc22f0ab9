#include "coordinator/cli/picture_file.h"

#include <unistd.h>

#include "common/file/file.h"

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSlug = 48;          // A name that still fits a list of files.
constexpr std::size_t kMaxNumbered = 10'000;  // Beyond it something else is wrong.

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

}  // namespace

std::string slug(std::string_view prompt) {
    std::string out;
    for (const char raw : prompt) {
        const char c = lower(raw);
        if (is_plain(c))
            out.push_back(c);
        else if (!out.empty() && out.back() != '-')
            out.push_back('-');
    }
    if (out.size() > kMaxSlug) {
        const auto word_end = out.rfind('-', kMaxSlug);
        out.resize(word_end == std::string::npos ? kMaxSlug : word_end);
    }
    while (out.ends_with('-')) out.pop_back();
    return out.empty() ? "picture" : out;
}

std::string default_name(std::string_view prompt, std::uint64_t seed, bool is_private) {
    return (is_private ? "picture" : slug(prompt)) + "-" + std::to_string(seed) + ".png";
}

fs::path numbered(const fs::path& path, std::size_t number) {
    fs::path name = path.stem();
    name += "-" + std::to_string(number);
    name += path.extension();
    return path.parent_path() / name;
}

Result<> check_writable(const fs::path& path) {
    const fs::path folder = folder_of(path);
    std::error_code error;
    if (!fs::is_directory(folder, error))
        return fail(ErrorCode::invalid_argument,
                    "out: there is no folder " + folder.string() + "; make it first", "out");
    if (fs::is_directory(path, error))
        return fail(ErrorCode::invalid_argument,
                    "out: " + path.string() + " is a folder; name a file in it", "out");
    if (::access(folder.c_str(), W_OK) != 0)
        return fail(ErrorCode::invalid_argument,
                    "out: " + folder.string() + " cannot be written to", "out");
    return {};
}

Result<fs::path> save_new(const fs::path& path, std::string_view bytes) {
    const fs::path part =
        folder_of(path) / ("." + path.filename().string() + ".part-" + std::to_string(::getpid()));
    if (const auto written = file::replace_durable(part, bytes, file::Access::everyone); !written)
        return Failure{written.error()};
    std::error_code error;
    for (std::size_t number = 1; number < kMaxNumbered; ++number) {
        const fs::path name = number == 1 ? path : numbered(path, number);
        fs::create_hard_link(part, name, error);  // Fails, atomically, when the name is taken.
        if (error && !fs::exists(name)) fs::rename(part, name, error);  // No links on this disk.
        if (error) continue;
        fs::remove(part, error);
        return name;
    }
    fs::remove(part, error);
    return fail(ErrorCode::already_exists, "every name like " + path.string() + " is taken", "out");
}

Result<> save_over(const fs::path& path, std::string_view bytes) {
    return file::replace_durable(path, bytes, file::Access::everyone);
}

}  // namespace gotong::cli
