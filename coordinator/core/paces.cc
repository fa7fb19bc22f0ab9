#include "coordinator/core/paces.h"

#include <cmath>
#include <sstream>

namespace gotong::core {
namespace {

constexpr double kWeightOfNewest = 0.3;  // Follows a change within some pictures.
constexpr double kWorthWriting = 0.1;
// A worker that offers hundreds of models of a catalogue is remembered with its first ones.
constexpr std::size_t kMostKept = 256;

std::string key_of(WorkerId worker) { return "worker." + worker.to_hex() + ".paces"; }

bool differs(double now, double before) {
    return before == 0 ? now != 0 : std::abs(now - before) > kWorthWriting * before;
}

double load_ms(const roster::Pace& pace) {
    return pace.load ? static_cast<double>(pace.load->count()) : 0.0;
}

void keep(Step& step, const roster::Session& session) {
    step.store.put_setting(key_of(session.worker), encode(session.paces));
}

}  // namespace

std::string encode(const roster::Paces& paces) {
    std::ostringstream text;
    std::size_t kept = 0;
    for (const auto& [digest, pace] : paces) {
        if (!pace.ns_per_micro && !pace.load) continue;
        if (++kept > kMostKept) break;
        text << digest << ' ' << pace.ns_per_micro.value_or(0.0) << ' ' << load_ms(pace) << '\n';
    }
    return text.str();
}

roster::Paces decode_paces(const std::string& text) {
    roster::Paces paces;
    std::istringstream lines{text};
    std::string digest;
    double ns = 0;
    double load = 0;
    while (lines >> digest >> ns >> load) {
        roster::Pace& pace = paces[digest];
        if (ns > 0 && std::isfinite(ns)) {
            pace.ns_per_micro = ns;
            pace.kept_ns_per_micro = ns;
        }
        if (load > 0 && load < 1e9)
            pace.load = std::chrono::milliseconds{static_cast<std::int64_t>(load)};
    }
    return paces;
}

void recall_paces(Step& step, roster::Session& session) {
    if (!session.paces.empty()) return;
    if (const auto kept = step.store.setting(key_of(session.worker)))
        session.paces = decode_paces(*kept);
}

void note_sizes(const Catalogue& catalogue, roster::Session& session) {
    for (const job::ModelFacts& model : catalogue.facts()) {
        if (session.usable.contains(model.digest)) session.paces[model.digest].bytes = model.bytes;
    }
}

void note_places(Step& step, roster::Session& session, const std::vector<ModelPlace>& places) {
    if (places.empty()) return;
    session.tells_loaded = true;
    session.loaded.clear();
    bool is_news = false;
    for (const ModelPlace& place : places) {
        if (!session.usable.contains(place.digest)) continue;
        if (place.loaded) session.loaded.insert(place.digest);
        if (place.load == 0ms) continue;
        roster::Pace& pace = session.paces[place.digest];
        is_news = is_news || differs(static_cast<double>(place.load.count()), load_ms(pace));
        pace.load = place.load;
    }
    if (is_news) keep(step, session);
}

void note_rendering(Step& step, roster::Session& session, const job::Job& job,
                    std::chrono::nanoseconds took) {
    if (job.price.micro == 0) return;
    roster::Pace& pace = session.paces[job.model_digest];
    const double measured =
        static_cast<double>(took.count()) / static_cast<double>(job.price.micro);
    const double before = pace.ns_per_micro.value_or(measured);
    const double now = before + kWeightOfNewest * (measured - before);
    const bool is_news = differs(now, pace.kept_ns_per_micro);
    pace.ns_per_micro = now;
    if (!is_news) return;
    pace.kept_ns_per_micro = now;
    keep(step, session);
}

}  // namespace gotong::core
