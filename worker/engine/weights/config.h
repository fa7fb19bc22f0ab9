// Reads one config.json strictly: every key is read with its type and range, and what nobody read
// is an error too, because a key that the engine does not know may change the picture. Unread keys
// are fine only where they are null or false (a feature left out) or begin with '_' (remarks).
//
//     ConfigReader config(json, "unet/config.json");
//     const int channels = config.integer("in_channels", 4, 1, kMaxChannels);
//     config.must_be("class_embed_type", nullptr);
//     if (auto done = config.finish(); !done) return Failure{done.error()};
//
// The first problem is kept and reported by finish(); until then the getters return defaults, so
// that a struct is filled in one go.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace gotong::engine {

inline constexpr std::size_t kMaxConfigBytes = 1U << 20U;  // The longest in use are 3 kB.

class ConfigReader {
  public:
    // `name` stands in error messages: "unet/config.json".
    static Result<ConfigReader> open(const std::filesystem::path& file, std::string name);
    static Result<ConfigReader> parse(std::string_view text, std::string name);

    // A missing key gives the default; another type or a value outside [low, high] is
    // invalid_argument.
    int integer(const std::string& key, int missing, int low, int high);
    double number(const std::string& key, double missing, double low, double high);
    bool boolean(const std::string& key, bool missing);
    std::string text(const std::string& key, const std::string& missing);

    // One whole number for each of `count` blocks; a single one stands for all.
    std::vector<int> integers(const std::string& key, std::size_t count, int missing, int low,
                              int high);
    // A list of whole numbers, 1 to `most` of them.
    std::vector<int> integer_list(const std::string& key, const std::vector<int>& missing,
                                  std::size_t most, int low, int high);
    std::vector<std::string> text_list(const std::string& key,
                                       const std::vector<std::string>& missing);

    // Anything but `only` (or the key's absence) is unimplemented.
    void must_be(const std::string& key, const nlohmann::json& only);

    // Keys that say nothing about the maths.
    void ignore(std::initializer_list<std::string_view> keys);
    // No unread key is an error: for formats with many keys that say nothing about the maths.
    void ignore_rest() { ignore_rest_ = true; }

    // For what the reader has no words for.
    const nlohmann::json* find(const std::string& key);
    void unsupported(const std::string& key, const std::string& why);
    void invalid(const std::string& key, const std::string& why);

    // The first problem, if there was one; else the first key that nobody asked for.
    Result<> finish() const;

  private:
    ConfigReader(nlohmann::json object, std::string name)
        : object_(std::move(object)), name_(std::move(name)) {}
    void problem(ErrorCode code, const std::string& key, const std::string& why);
    std::vector<int> checked_integers(const std::string& key, const nlohmann::json& list, int low,
                                      int high);

    nlohmann::json object_;
    std::string name_;
    std::set<std::string, std::less<>> known_;
    std::optional<Error> problem_;
    bool ignore_rest_ = false;
};

}  // namespace gotong::engine
