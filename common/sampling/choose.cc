#include "common/sampling/choose.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/text/closest.h"
#include "common/text/printable.h"

namespace gotong::sampling {
namespace {

// Lower case, "p" for "+", and without what only separates: "DPM++ 2M" and "dpmpp_2m" are one.
std::string folded(std::string_view text) {
    std::string word;
    for (const char c : text) {
        if (c == ' ' || c == '_' || c == '-') continue;
        word += c == '+' ? 'p' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return word;
}

template <class... Names>
bool is_one_of(const std::string& word, Names... names) {
    return !word.empty() && (... || (word == folded(names)));
}

std::optional<SamplerKind> sampler_of(const std::string& word) {
    for (const SamplerFacts& it : samplers())
        if (is_one_of(word, it.name, it.a1111, it.comfyui, it.ai_horde, it.diffusers))
            return it.kind;
    return std::nullopt;
}

std::optional<ScheduleKind> schedule_of(const std::string& word) {
    for (const ScheduleFacts& it : schedules())
        if (is_one_of(word, it.name, it.a1111, it.comfyui, it.diffusers)) return it.kind;
    return std::nullopt;
}

struct Label {
    SamplerKind sampler;
    std::optional<ScheduleKind> schedule;
};

std::optional<Label> label_of(std::string_view text) {
    const std::string word = folded(text);
    if (const auto sampler = sampler_of(word)) return Label{*sampler, std::nullopt};
    for (const ScheduleFacts& it : schedules()) {
        const std::string ending = folded(it.name);
        if (!word.ends_with(ending)) continue;
        if (const auto sampler = sampler_of(word.substr(0, word.size() - ending.size())))
            return Label{*sampler, it.kind};
    }
    return std::nullopt;
}

std::string quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

std::string listed(const std::vector<std::string_view>& names) {
    std::string list;
    for (const std::string_view name : names)
        list += (list.empty() ? "" : ", ") + std::string(name);
    return list;
}

Failure unknown(const char* field, std::string_view wanted, std::vector<std::string_view> names) {
    std::sort(names.begin(), names.end());
    return fail(ErrorCode::invalid_argument,
                std::string(field) + " " + quoted(text::shown(wanted)) +
                    " is not known; did you mean " + quoted(text::closest(wanted, names)) +
                    "? There are: " + listed(names),
                field);
}

Failure unknown_sampler(std::string_view wanted) {
    std::vector<std::string_view> names;
    for (const SamplerFacts& it : samplers()) names.push_back(it.name);
    return unknown("sampler", wanted, names);
}

Failure unknown_schedule(std::string_view wanted) {
    std::vector<std::string_view> names;
    for (const ScheduleFacts& it : schedules()) names.push_back(it.name);
    return unknown("schedule", wanted, names);
}

Result<Choice> checked(const Choice& choice) {
    if (const auto fits = check_pair(choice.sampler, choice.schedule); !fits)
        return Failure{fits.error()};
    return choice;
}

}  // namespace

Result<Choice> choose(std::string_view sampler, std::string_view schedule) {
    const auto label = sampler.empty() ? Label{kDefaultSampler, std::nullopt} : label_of(sampler);
    if (!label) return unknown_sampler(sampler);
    const ScheduleKind by_default = label->schedule.value_or(facts(label->sampler).schedule);
    if (schedule.empty()) return checked({label->sampler, by_default});
    const auto wanted = schedule_of(folded(schedule));
    if (!wanted) return unknown_schedule(schedule);
    if (label->schedule && *label->schedule != *wanted)
        return fail(ErrorCode::invalid_argument,
                    "schedule is " + quoted(facts(*wanted).name) + ", but sampler " +
                        quoted(text::shown(sampler)) + " says " +
                        quoted(facts(*label->schedule).name) + "; leave one of them out",
                    "schedule");
    return checked({label->sampler, *wanted});
}

Result<> check_pair(SamplerKind sampler, ScheduleKind schedule) {
    if (takes(sampler, schedule)) return {};
    std::vector<std::string_view> names;
    for (const ScheduleFacts& it : schedules())
        if (takes(sampler, it.kind)) names.push_back(it.name);
    return fail(ErrorCode::invalid_argument,
                "schedule " + quoted(facts(schedule).name) + " does not go with sampler " +
                    quoted(facts(sampler).name) + "; these do: " + listed(names),
                "schedule");
}

}  // namespace gotong::sampling
