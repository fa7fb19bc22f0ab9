#include "worker/engine/weights/strict_json.h"

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace gotong::engine {
namespace {

using nlohmann::json;

// Told of each element as the parser meets it; throws at the first that breaks a rule.
class Rules {
  public:
    explicit Rules(const JsonLimits& limits) : limits_(limits) {}

    void see(int depth, json::parse_event_t event, const json& element) {
        using Event = json::parse_event_t;
        if (event == Event::object_start || event == Event::array_start) {
            if (depth >= limits_.depth) throw std::runtime_error("nested too deeply");
        }
        if (event == Event::object_start) open_.emplace_back();
        if (event == Event::object_end) open_.pop_back();
        if (event == Event::key) see_key(element.get_ref<const std::string&>());
        if (event == Event::object_end || event == Event::array_end) return;
        if (++values_ > limits_.values) throw std::runtime_error("too many values");
    }

  private:
    void see_key(const std::string& key) {
        if (!open_.back().insert(key).second) throw std::runtime_error("\"" + key + "\" twice");
    }

    JsonLimits limits_;
    std::size_t values_ = 0;
    std::vector<std::set<std::string>> open_;  // The keys so far of each object that is open.
};

}  // namespace

Result<json> parse_strict_json(std::string_view text, const JsonLimits& limits) {
    Rules rules(limits);
    const auto callback = [&](int depth, json::parse_event_t event, json& element) {
        rules.see(depth, event, element);
        return true;
    };
    try {
        return json::parse(text.begin(), text.end(), callback);
    } catch (const json::parse_error& error) {
        return fail(ErrorCode::invalid_argument,
                    "not valid JSON at byte " + std::to_string(error.byte));
    } catch (const std::exception& error) {
        return fail(ErrorCode::invalid_argument, error.what());
    }
}

}  // namespace gotong::engine
