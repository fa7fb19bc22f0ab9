// Reads the fields of a JSON object into a struct, one line a field.
//
// The first field that is missing or of another kind is remembered and every later read returns an
// empty value, so that the caller asks once, at the end:
//
//     std::optional<Error> wrong;
//     Reader root(document, wrong);
//     job.name = root.text("name");
//     job.steps = root.u32("steps");
//     if (wrong) return Failure{*wrong};
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/digest.h"
#include "common/result.h"
#include "common/time.h"

namespace gotong::json {

class Reader {
  public:
    // `document` and `wrong` outlive the reader. `wrong` receives the first error: invalid_argument
    // with the path of the field ("sampling.seed").
    Reader(const nlohmann::json& document, std::optional<Error>& wrong);

    bool has(std::string_view key) const;

    Reader object(std::string_view key);
    std::vector<Reader> objects(std::string_view key, std::size_t at_most);
    std::vector<std::string> texts(std::string_view key, std::size_t at_most);

    std::string text(std::string_view key);
    std::uint32_t u32(std::string_view key);       // A JSON integer.
    std::uint64_t u64_text(std::string_view key);  // A string of digits, no leading zero.
    double decimal_text(std::string_view key);     // A string like "7.5" or "-0.25".
    Digest digest(std::string_view key);           // A string of 64 hexadecimal digits.
    WallTime time(std::string_view key);           // A string in text/rfc3339's spelling.

    // Refuses every other key, for objects that have no room for more.
    void allow_only(std::span<const char* const> keys);

    // For what only the caller can judge.
    void reject(std::string_view key, const std::string& why);

  private:
    Reader(const nlohmann::json& document, std::optional<Error>& wrong, std::string path);

    const nlohmann::json* find(std::string_view key, nlohmann::json::value_t kind,
                               const char* wanted);
    std::string path_of(std::string_view key) const;

    const nlohmann::json* document_;
    std::optional<Error>* wrong_;
    std::string path_;
};

}  // namespace gotong::json
