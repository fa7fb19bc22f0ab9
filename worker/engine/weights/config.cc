#include "worker/engine/weights/config.h"

#include <utility>

#include "common/file/file.h"
#include "common/json/strict.h"
#include "common/text/printable.h"

namespace gotong::engine {
namespace {

using Json = nlohmann::json;

// A tokenizer's or pipeline's settings nest two or three levels deep.
constexpr gotong::json::Limits kConfigLimits{.bytes = kMaxConfigBytes, .depth = 8};

std::string range(double low, double high) { return Json(low).dump() + " to " + Json(high).dump(); }

bool is_integer_within(const Json& value, int low, int high) {
    if (!value.is_number_integer()) return false;
    // Unsigned values above the signed range would wrap in get<int64_t>().
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT32_MAX) return false;
    const auto number = value.get<std::int64_t>();
    return number >= low && number <= high;
}

}  // namespace

Result<ConfigReader> ConfigReader::open(const std::filesystem::path& file, std::string name) {
    const auto text = file::read_small(file, kMaxConfigBytes);
    if (!text) return Failure{text.error().during(name)};
    return parse(*text, std::move(name));
}

Result<ConfigReader> ConfigReader::parse(std::string_view text, std::string name) {
    auto object = gotong::json::parse_strict(text, kConfigLimits);
    if (!object) return Failure{object.error().during(name)};
    if (!object->is_object()) {
        return fail(ErrorCode::invalid_argument, name + ": not a JSON object");
    }
    return ConfigReader{*std::move(object), std::move(name)};
}

const Json* ConfigReader::find(const std::string& key) {
    known_.insert(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
}

int ConfigReader::integer(const std::string& key, int missing, int low, int high) {
    const Json* value = find(key);
    if (value == nullptr) return missing;
    if (is_integer_within(*value, low, high)) return value->get<int>();
    invalid(key,
            "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return missing;
}

double ConfigReader::number(const std::string& key, double missing, double low, double high) {
    const Json* value = find(key);
    if (value == nullptr) return missing;
    if (value->is_number()) {
        const auto number = value->get<double>();
        if (number >= low && number <= high) return number;
    }
    invalid(key, "must be a number from " + range(low, high));
    return missing;
}

bool ConfigReader::boolean(const std::string& key, bool missing) {
    const Json* value = find(key);
    if (value == nullptr) return missing;
    if (value->is_boolean()) return value->get<bool>();
    invalid(key, "must be true or false");
    return missing;
}

std::string ConfigReader::text(const std::string& key, const std::string& missing) {
    const Json* value = find(key);
    if (value == nullptr) return missing;
    if (value->is_string()) return value->get<std::string>();
    invalid(key, "must be a string");
    return missing;
}

std::vector<int> ConfigReader::checked_integers(const std::string& key, const Json& list, int low,
                                                int high) {
    std::vector<int> numbers;
    for (const Json& value : list) {
        if (!is_integer_within(value, low, high)) {
            invalid(key, "must hold whole numbers from " + std::to_string(low) + " to " +
                             std::to_string(high));
            return {};
        }
        numbers.push_back(value.get<int>());
    }
    return numbers;
}

std::vector<int> ConfigReader::integers(const std::string& key, std::size_t count, int missing,
                                        int low, int high) {
    const Json* value = find(key);
    if (value == nullptr) return std::vector<int>(count, missing);
    if (!value->is_array()) return std::vector<int>(count, integer(key, missing, low, high));
    if (value->size() != count) {
        invalid(key, "must be one whole number, or " + std::to_string(count) + " of them");
        return std::vector<int>(count, missing);
    }
    auto numbers = checked_integers(key, *value, low, high);
    return numbers.empty() ? std::vector<int>(count, missing) : numbers;
}

std::vector<int> ConfigReader::integer_list(const std::string& key, const std::vector<int>& missing,
                                            std::size_t most, int low, int high) {
    const Json* value = find(key);
    if (value == nullptr) return missing;
    if (!value->is_array() || value->empty() || value->size() > most) {
        invalid(key, "must be a list of 1 to " + std::to_string(most) + " whole numbers");
        return missing;
    }
    auto numbers = checked_integers(key, *value, low, high);
    return numbers.empty() ? missing : numbers;
}

std::vector<std::string> ConfigReader::text_list(const std::string& key,
                                                 const std::vector<std::string>& missing) {
    const Json* value = find(key);
    if (value == nullptr) return missing;
    std::vector<std::string> texts;
    if (value->is_array()) {
        for (const Json& element : *value) {
            if (element.is_string()) texts.push_back(element.get<std::string>());
        }
    }
    if (!value->is_array() || texts.size() != value->size()) {
        invalid(key, "must be a list of strings");
        return missing;
    }
    return texts;
}

void ConfigReader::must_be(const std::string& key, const Json& only) {
    const Json* value = find(key);
    if (value != nullptr && *value != only) {
        unsupported(key, "the engine knows only " + only.dump());
    }
}

void ConfigReader::ignore(std::initializer_list<std::string_view> keys) {
    known_.insert(keys.begin(), keys.end());
}

void ConfigReader::problem(ErrorCode code, const std::string& key, const std::string& why) {
    if (problem_) return;
    problem_ = Error{code, name_ + ": \"" + key + "\" " + why, {}};
}

void ConfigReader::unsupported(const std::string& key, const std::string& why) {
    problem(ErrorCode::unimplemented, key, "has a value that is not supported: " + why);
}

void ConfigReader::invalid(const std::string& key, const std::string& why) {
    problem(ErrorCode::invalid_argument, key, why);
}

Result<> ConfigReader::finish() const {
    if (problem_) return Failure{*problem_};
    if (ignore_rest_) return {};
    for (const auto& [key, value] : object_.items()) {
        const bool left_out = value.is_null() || value == false;
        if (left_out || key.starts_with('_') || known_.contains(key)) continue;
        return fail(ErrorCode::unimplemented,
                    name_ + ": the engine does not know \"" + text::shown(key) + "\"");
    }
    return {};
}

}  // namespace gotong::engine
