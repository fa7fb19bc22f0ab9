#include "common/receipt/explain.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/crypto/base64.h"
#include "common/text/decimal.h"
#include "common/text/printable.h"
#include "common/text/rfc3339.h"

namespace gotong::receipt {
namespace {

using crypto::to_hex;
using text::printable;

constexpr std::array<std::string_view, 4> kNotProven{
    "that the worker really ran this model: pools find that out by auditing, a signature cannot "
    "show it",
    "when it happened: the times are the worker's own clock",
    "that the text inside the picture says the truth about anything else: it is only shown to be "
    "unchanged",
    "what the picture shows, or who may use it"};
constexpr std::string_view kPromptNotProven =
    "what the prompt was: only its owner, who has the salt, can show that";

const char* word_for(Outcome outcome) {
    switch (outcome) {
        case Outcome::valid:
            return "valid";
        case Outcome::not_trusted:
            return "not_trusted";
        case Outcome::invalid:
            return "invalid";
    }
    return "invalid";
}

const char* headline_for(Outcome outcome) {
    switch (outcome) {
        case Outcome::valid:
            return "VALID: this picture is what its receipt says.";
        case Outcome::not_trusted:
            return "NOT TRUSTED: the receipt is sound in itself, but you do not know its pool.";
        case Outcome::invalid:
            return "NOT VALID: do not rely on anything that this picture or its receipt says.";
    }
    return "";
}

void add_line(std::string& out, std::string_view label, std::string_view text) {
    constexpr std::size_t kLabelWidth = 14;
    out.append("  ").append(label);
    out.append(label.size() < kLabelWidth ? kLabelWidth - label.size() : 1, ' ');
    out.append(text).append("\n");
}

std::string models_of(const RenderStatement& statement) {
    std::string text;
    for (const ModelClaim& model : statement.models) {
        if (!text.empty()) text += "; ";
        text += printable(model.name) + " (" + printable(model.format) + ", sha256 of its " +
                std::to_string(model.files.size()) + " files " + to_hex(model.sha256) + ")";
    }
    return text;
}

std::string settings_of(const SamplingClaim& sampling) {
    return std::to_string(sampling.width) + "x" + std::to_string(sampling.height) + ", " +
           std::to_string(sampling.steps) + " steps, " + printable(sampling.sampler) + " / " +
           printable(sampling.schedule) + ", guidance " + text::decimal(sampling.guidance) +
           ", seed " + std::to_string(sampling.seed) + " (" + printable(sampling.rng) + ")";
}

// The trajectory has a leaf more than there were steps.
std::string original_of(const OriginalClaim& original, const RenderStatement& statement) {
    std::string text = "picture " + to_hex(original.picture);
    if (original.mask) text += ", mask " + to_hex(*original.mask);
    const std::uint32_t leaves = statement.trajectory.leaves;
    return text + ", strength " + text::decimal(original.strength) + " (" +
           printable(original.strength_rule) + ": " + std::to_string(leaves > 0 ? leaves - 1 : 0) +
           " of " + std::to_string(statement.sampling.steps) + " steps)";
}

std::string engine_of(const EngineClaim& engine) {
    std::string text = printable(engine.name) + " " + printable(engine.version) + ", libtorch " +
                       printable(engine.libtorch) + ", " + printable(engine.device) + ", " +
                       printable(engine.dtype);
    for (const std::string& flag : engine.flags) text += ", " + printable(flag);
    return text;
}

std::string prompt_of(const RequestClaim& request) {
    if (!request.prompt_disclosed) return "private (the receipt commits to it)";
    return "\"" + printable(*request.prompt_disclosed) + "\"";
}

void add_claims(std::string& out, const RenderStatement& statement, const Enrolment& enrolment) {
    add_line(out, "rendered by",
             "\"" + printable(enrolment.account) + "\", worker " +
                 crypto::worker_id_of(enrolment.worker).to_hex());
    add_line(out, "accepted by",
             "pool \"" + printable(statement.pool.name) + "\", attempt " +
                 std::to_string(statement.job.attempt) + " of job " + statement.job.id.to_hex());
    add_line(out, "when",
             text::to_rfc3339(statement.times.started) + " to " +
                 text::to_rfc3339(statement.times.finished));
    add_line(out, "weights", models_of(statement));
    add_line(out, "prompt", prompt_of(statement.request));
    if (statement.original)
        add_line(out, "begins with", original_of(*statement.original, statement));
    add_line(out, "settings", settings_of(statement.sampling));
    add_line(out, "engine", engine_of(statement.engine));
}

bool hides_prompt(const Verdict& verdict) {
    return verdict.statement && !verdict.statement->request.prompt_disclosed;
}

void add_not_proven(std::string& out, const Verdict& verdict) {
    out += "\nNot proven:\n";
    if (hides_prompt(verdict)) out.append("  - ").append(kPromptNotProven).append("\n");
    for (const std::string_view line : kNotProven) out.append("  - ").append(line).append("\n");
}

nlohmann::ordered_json json_of(const OriginalClaim& original) {
    nlohmann::ordered_json json{{"picture_sha256", to_hex(original.picture)}};
    if (original.mask) json["mask_sha256"] = to_hex(*original.mask);
    json["strength"] = original.strength;
    json["strength_rule"] = original.strength_rule;
    return json;
}

nlohmann::ordered_json claims_of(const RenderStatement& statement, const Enrolment& enrolment) {
    const SamplingClaim& sampling = statement.sampling;
    nlohmann::ordered_json claims{
        {"worker",
         {{"id", crypto::worker_id_of(enrolment.worker).to_hex()}, {"name", enrolment.account}}},
        {"job", {{"id", statement.job.id.to_hex()}, {"attempt", statement.job.attempt}}},
        {"started", text::to_rfc3339(statement.times.started)},
        {"finished", text::to_rfc3339(statement.times.finished)},
        {"picture_sha256", to_hex(statement.output.sha256)},
        {"models", nlohmann::ordered_json::array()},
        {"prompt", nullptr},
        {"sampling",
         {{"width", sampling.width},
          {"height", sampling.height},
          {"steps", sampling.steps},
          {"sampler", sampling.sampler},
          {"schedule", sampling.schedule},
          {"guidance", sampling.guidance},
          {"seed", std::to_string(sampling.seed)},
          {"rng", sampling.rng}}},
        {"engine",
         {{"name", statement.engine.name},
          {"version", statement.engine.version},
          {"commit", statement.engine.commit},
          {"libtorch", statement.engine.libtorch},
          {"device", statement.engine.device},
          {"dtype", statement.engine.dtype},
          {"flags", statement.engine.flags}}}};
    for (const ModelClaim& model : statement.models) {
        auto files = nlohmann::ordered_json::array();
        for (const model::FileDigest& file : model.files) {
            files.push_back({{"path", file.path}, {"sha256", to_hex(file.sha256)}});
        }
        claims["models"].push_back(nlohmann::ordered_json{{"name", model.name},
                                                          {"format", model.format},
                                                          {"sha256", to_hex(model.sha256)},
                                                          {"files", std::move(files)}});
    }
    if (statement.original) claims["original"] = json_of(*statement.original);
    if (statement.request.prompt_disclosed) claims["prompt"] = *statement.request.prompt_disclosed;
    return claims;
}

}  // namespace

std::string explain(const Verdict& verdict) {
    std::string out = std::string(headline_for(verdict.outcome)) + "\n";
    if (verdict.statement && verdict.enrolment) {
        out += verdict.outcome == Outcome::valid ? "\n" : "\nWhat it claims:\n";
        add_claims(out, *verdict.statement, *verdict.enrolment);
        add_line(out, "pool key", crypto::base64_encode(verdict.pool_key.bytes));
    }
    out += "\nChecked:\n";
    for (const Check& check : verdict.checks) {
        out.append(check.passed ? "  ok      " : "  FAILED  ");
        out.append(printable(check.finding)).append("\n");
    }
    if (verdict.outcome != Outcome::invalid) add_not_proven(out, verdict);
    return out;
}

nlohmann::ordered_json explain_as_json(const Verdict& verdict) {
    nlohmann::ordered_json json{{"verdict", word_for(verdict.outcome)},
                                {"checks", nlohmann::ordered_json::array()}};
    for (const Check& check : verdict.checks) {
        json["checks"].push_back(nlohmann::ordered_json{
            {"name", check.name}, {"passed", check.passed}, {"finding", check.finding}});
    }
    if (verdict.statement && verdict.enrolment) {
        json["pool"] = {{"name", verdict.pool_name},
                        {"public_key", crypto::base64_encode(verdict.pool_key.bytes)}};
        json["claims"] = claims_of(*verdict.statement, *verdict.enrolment);
    }
    json["not_proven"] = nlohmann::ordered_json::array();
    if (hides_prompt(verdict)) json["not_proven"].push_back(kPromptNotProven);
    for (const std::string_view line : kNotProven) json["not_proven"].push_back(line);
    return json;
}

int exit_code(Outcome outcome) { return outcome == Outcome::valid ? 0 : 1; }

}  // namespace gotong::receipt
