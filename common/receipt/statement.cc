#include "common/receipt/statement.h"

#include "common/json/reader.h"
#include "common/json/strict.h"
#include "common/receipt/dsse.h"
#include "common/text/decimal.h"
#include "common/text/rfc3339.h"

namespace gotong::receipt {
namespace {

using Json = nlohmann::ordered_json;
using crypto::to_hex;
using json::Reader;

Json json_of(const Output& output) {
    return {{"name", output.name},
            {"digest", {{"sha256", to_hex(output.sha256)}}},
            {"annotations", {{"pixelSha256", to_hex(output.pixel_sha256)}}}};
}

Json json_of(const JobClaim& job) {
    return {{"id", job.id.to_hex()},
            {"attempt", job.attempt},
            {"offerSha256", to_hex(job.offer_sha256)}};
}

Json json_of(const RequestClaim& request) {
    Json json{{"specSha256", to_hex(request.spec_sha256)},
              {"promptCommitment", to_hex(request.prompt_commitment)}};
    if (request.prompt_disclosed) json["promptDisclosed"] = *request.prompt_disclosed;
    return json;
}

Json json_of(const std::vector<model::FileDigest>& files) {
    Json list = Json::array();
    for (const model::FileDigest& file : files) {
        list.push_back(Json{{"path", file.path}, {"sha256", to_hex(file.sha256)}});
    }
    return list;
}

Json json_of(const std::vector<ModelClaim>& models) {
    Json list = Json::array();
    for (const ModelClaim& model : models) {
        list.push_back(Json{{"role", model.role},
                            {"name", model.name},
                            {"format", model.format},
                            {"sha256", to_hex(model.sha256)},
                            {"files", json_of(model.files)}});
    }
    return list;
}

Json json_of(const EngineClaim& engine) {
    return {{"name", engine.name},         {"version", engine.version},
            {"commit", engine.commit},     {"binarySha256", to_hex(engine.binary_sha256)},
            {"libtorch", engine.libtorch}, {"device", engine.device},
            {"dtype", engine.dtype},       {"attention", engine.attention},
            {"flags", engine.flags}};
}

Json json_of(const SamplingClaim& sampling) {
    return {{"seed", std::to_string(sampling.seed)},
            {"rng", sampling.rng},
            {"sampler", sampling.sampler},
            {"schedule", sampling.schedule},
            {"steps", sampling.steps},
            {"guidance", text::decimal(sampling.guidance)},
            {"width", sampling.width},
            {"height", sampling.height}};
}

Json json_of(const OriginalClaim& original) {
    Json json{{"picture", to_hex(original.picture)}};
    if (original.mask) json["mask"] = to_hex(*original.mask);
    json["strength"] = text::decimal(original.strength);
    json["strengthRule"] = original.strength_rule;
    return json;
}

Json json_of(const Times& times) {
    return {{"leased", text::to_rfc3339(times.leased)},
            {"started", text::to_rfc3339(times.started)},
            {"finished", text::to_rfc3339(times.finished)}};
}

Json predicate_of(const RenderStatement& statement) {
    Json json{
        {"job", json_of(statement.job)},
        {"request", json_of(statement.request)},
        {"models", json_of(statement.models)},
        {"engine", json_of(statement.engine)},
        {"sampling", json_of(statement.sampling)},
        {"trajectory",
         {{"root", to_hex(statement.trajectory.root)}, {"leaves", statement.trajectory.leaves}}},
        {"worker",
         {{"keyid", statement.worker.key_id},
          {"certSha256", to_hex(statement.worker.enrolment_sha256)}}},
        {"pool", {{"name", statement.pool.name}, {"keyid", statement.pool.key_id}}},
        {"times", json_of(statement.times)}};
    if (statement.original) json["original"] = json_of(*statement.original);
    return json;
}

void require(Reader& reader, const char* key, std::string_view value) {
    if (reader.text(key) != value) reader.reject(key, "must be \"" + std::string(value) + "\"");
}

Output read_output(Reader& statement) {
    std::vector<Reader> subjects = statement.objects("subject", 1);
    if (subjects.empty()) {
        statement.reject("subject", "must name one picture");
        return {};
    }
    Reader& subject = subjects.front();
    return {subject.text("name"), subject.object("digest").digest("sha256"),
            subject.object("annotations").digest("pixelSha256")};
}

JobClaim read_job(Reader reader) {
    const auto id = JobId::from_hex(reader.text("id"));
    if (!id) reader.reject("id", "must have 32 hexadecimal digits");
    return {id.value_or(JobId{}), reader.u32("attempt"), reader.digest("offerSha256")};
}

RequestClaim read_request(Reader reader) {
    RequestClaim request{reader.digest("specSha256"), reader.digest("promptCommitment"), {}};
    if (reader.has("promptDisclosed")) request.prompt_disclosed = reader.text("promptDisclosed");
    return request;
}

std::vector<model::FileDigest> read_files(Reader& model) {
    std::vector<model::FileDigest> files;
    for (Reader& file : model.objects("files", model::kMaxFiles)) {
        files.push_back({file.text("path"), file.digest("sha256")});
    }
    return files;
}

std::vector<ModelClaim> read_models(Reader& predicate) {
    std::vector<ModelClaim> models;
    for (Reader& model : predicate.objects("models", kMaxModels)) {
        models.push_back({model.text("role"), model.text("name"), model.text("format"),
                          model.digest("sha256"), read_files(model)});
    }
    if (models.empty()) predicate.reject("models", "must name at least one model");
    return models;
}

// In braces, members are read in the order in which they stand: the first error is the first field.
EngineClaim read_engine(Reader reader) {
    return {
        reader.text("name"),           reader.text("version"),   reader.text("commit"),
        reader.digest("binarySha256"), reader.text("libtorch"),  reader.text("device"),
        reader.text("dtype"),          reader.text("attention"), reader.texts("flags", kMaxFlags)};
}

SamplingClaim read_sampling(Reader reader) {
    return {reader.u64_text("seed"), reader.text("rng"),  reader.text("sampler"),
            reader.text("schedule"), reader.u32("steps"), reader.decimal_text("guidance"),
            reader.u32("width"),     reader.u32("height")};
}

TrajectoryClaim read_trajectory(Reader reader) {
    return {reader.digest("root"), reader.u32("leaves")};
}

WorkerClaim read_worker(Reader reader) {
    return {reader.text("keyid"), reader.digest("certSha256")};
}

PoolClaim read_pool(Reader reader) { return {reader.text("name"), reader.text("keyid")}; }

Times read_times(Reader reader) {
    return {reader.time("leased"), reader.time("started"), reader.time("finished")};
}

std::optional<OriginalClaim> read_original(Reader& predicate) {
    if (!predicate.has("original")) return std::nullopt;
    Reader reader = predicate.object("original");
    OriginalClaim original{.picture = reader.digest("picture")};
    if (reader.has("mask")) original.mask = reader.digest("mask");
    original.strength = reader.decimal_text("strength");
    original.strength_rule = reader.text("strengthRule");
    return original;
}

}  // namespace

Result<std::string> statement_payload(const RenderStatement& statement) {
    const Json json{{"_type", kStatementType},
                    {"subject", Json::array({json_of(statement.output)})},
                    {"predicateType", kPredicateType},
                    {"predicate", predicate_of(statement)}};
    std::string payload;
    try {
        payload = json.dump();
    } catch (const nlohmann::json::exception&) {
        return fail(ErrorCode::invalid_argument, "a statement's text must be UTF-8");
    }
    if (payload.size() > kMaxPayload) {
        return fail(ErrorCode::invalid_argument, "a statement may have at most " +
                                                     std::to_string(kMaxPayload) + " bytes, not " +
                                                     std::to_string(payload.size()));
    }
    return payload;
}

Result<RenderStatement> parse_statement(std::string_view payload) {
    const Result<nlohmann::json> json = json::parse_strict(payload, {.bytes = kMaxPayload});
    if (!json) return Failure{json.error().during("statement")};
    std::optional<Error> wrong;
    Reader root(*json, wrong);
    require(root, "_type", kStatementType);
    require(root, "predicateType", kPredicateType);
    Reader predicate = root.object("predicate");
    RenderStatement read{read_output(root),
                         read_job(predicate.object("job")),
                         read_request(predicate.object("request")),
                         read_models(predicate),
                         read_engine(predicate.object("engine")),
                         read_sampling(predicate.object("sampling")),
                         read_trajectory(predicate.object("trajectory")),
                         read_worker(predicate.object("worker")),
                         read_pool(predicate.object("pool")),
                         read_times(predicate.object("times")),
                         read_original(predicate)};
    if (wrong) return Failure{wrong->during("statement")};
    return read;
}

}  // namespace gotong::receipt
