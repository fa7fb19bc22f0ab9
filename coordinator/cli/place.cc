#include "coordinator/cli/place.h"

#include <cstdlib>

#include "common/file/file.h"
#include "common/http/url.h"
#include "common/json/reader.h"
#include "common/json/strict.h"

namespace gotong::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxEndpoints = 4096;  // One small object.
constexpr std::size_t kMaxToken = 256;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(" \r\n\t") + 1);
    return text;
}

// A coordinator that listens on every address is on this one too.
std::string reachable(const std::string& address) {
    if (address.starts_with("0.0.0.0:")) return "127.0.0.1" + address.substr(7);
    if (address.starts_with("[::]:")) return "[::1]" + address.substr(4);
    return address;
}

Result<nlohmann::json> load_endpoints(const fs::path& data) {
    const auto text = file::read_small(data / "endpoints.json", kMaxEndpoints);
    if (!text && text.error().code == ErrorCode::not_found)
        return fail(ErrorCode::unavailable,
                    "no coordinator serves " + data.string() +
                        "; start one with `gotong up` or `gotong-coordinator`");
    if (!text) return Failure{text.error()};
    auto document = json::parse_strict(*text, {.bytes = kMaxEndpoints});
    if (!document) return Failure{document.error().during("endpoints.json")};
    return document;
}

Result<> read_endpoints(const fs::path& data, Place& place) {
    const auto document = load_endpoints(data);
    if (!document) return Failure{document.error()};
    std::optional<Error> wrong;
    json::Reader root{*document, wrong};
    place.address = reachable(root.text("grpc"));
    place.tls = document->value("tls", false);
    if (root.has("fingerprint") && document->at("fingerprint").is_string())
        place.fingerprint = root.digest("fingerprint");
    if (wrong) return Failure{wrong->during("endpoints.json")};
    return {};
}

Result<Place> place_of_folder(const fs::path& data, const std::string& token) {
    Place place{.address = {}, .token = token, .data = data, .tls = false, .fingerprint = {}};
    if (const auto read = read_endpoints(data, place); !read) return Failure{read.error()};
    if (!place.token.empty()) return place;
    auto kept = file::read_small(data / "creator.token", kMaxToken);
    if (!kept) return Failure{kept.error().during("the folder's creator token")};
    place.token = trimmed(*kept);
    return place;
}

Result<Place> place_at(const std::string& address, const std::string& token) {
    const auto parts = http::parse_host_port(address);
    if (!parts || parts->port == 0)
        return fail(ErrorCode::invalid_argument,
                    "--coordinator: " + (parts ? "the port is 1 or more" : parts.error().message),
                    "coordinator");
    if (token.empty())
        return fail(ErrorCode::invalid_argument,
                    "this coordinator needs a token: give --token or GOTONG_TOKEN; the pool's "
                    "operator makes one with `gotong token create NAME`",
                    "token");
    return Place{.address = address, .token = token, .data = {}, .tls = false, .fingerprint = {}};
}

}  // namespace

void add_place_options(CLI::App& app, PlaceOptions& options) {
    app.add_option("--coordinator", options.coordinator,
                   "The pool's address, HOST:PORT (or GOTONG_COORDINATOR)");
    app.add_option("--token", options.token, "Your creator token (or GOTONG_TOKEN)");
    app.add_option("--data", options.data, "The data folder of a pool on this machine");
}

std::filesystem::path default_data_folder() {
    if (const std::string xdg = variable("XDG_DATA_HOME"); !xdg.empty())
        return fs::path{xdg} / "gotong";
    const std::string home = variable("HOME");
    return home.empty() ? fs::path{} : fs::path{home} / ".local" / "share" / "gotong";
}

Surroundings surroundings() {
    return {.coordinator = variable("GOTONG_COORDINATOR"),
            .token = variable("GOTONG_TOKEN"),
            .default_data = default_data_folder()};
}

std::optional<pid_t> serving_pid(const fs::path& data) {
    const auto document = load_endpoints(data);
    if (!document || !document->is_object()) return std::nullopt;
    return document->value("pid", -1);
}

bool names_a_pool(const PlaceOptions& options, const Surroundings& around) {
    if (!options.coordinator.empty() || !options.data.empty() || !around.coordinator.empty())
        return true;
    return !around.default_data.empty() && fs::exists(around.default_data / "pool.key");
}

Result<Place> find_place(const PlaceOptions& options, const Surroundings& around) {
    const std::string& token = options.token.empty() ? around.token : options.token;
    if (!options.coordinator.empty()) return place_at(options.coordinator, token);
    if (!options.data.empty()) return place_of_folder(options.data, options.token);
    if (!around.coordinator.empty()) return place_at(around.coordinator, token);
    if (names_a_pool(options, around)) return place_of_folder(around.default_data, options.token);
    return fail(ErrorCode::unavailable,
                "no coordinator: start one here with `gotong up`, or give --coordinator and "
                "--token (GOTONG_COORDINATOR, GOTONG_TOKEN), or --data FOLDER");
}

}  // namespace gotong::cli
