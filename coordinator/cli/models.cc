// `gotong models list|add|remove`: what the pool can render with.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/text/printable.h"
#include "coordinator/cli/admin.h"
#include "coordinator/cli/catalogue.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/creator_command.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

std::uint64_t size_of(const v1::Model& model) {
    std::uint64_t bytes = 0;
    for (const v1::ModelFile& file : model.files()) bytes += file.size();
    return bytes;
}

nlohmann::ordered_json model_json(const v1::Model& model) {
    nlohmann::ordered_json object{{"name", model.name()},
                                  {"family", model.family()},
                                  {"digest", crypto::to_hex(as_bytes(model.digest()))},
                                  {"licence", model.licence()},
                                  {"default_width", model.default_width()},
                                  {"default_height", model.default_height()},
                                  {"size_multiple", model.size_multiple()},
                                  {"max_width", model.max_width()},
                                  {"max_height", model.max_height()},
                                  {"files", nlohmann::ordered_json::array()}};
    for (const v1::ModelFile& file : model.files()) {
        object["files"].push_back(
            nlohmann::ordered_json{{"path", file.path()},
                                   {"size", file.size()},
                                   {"sha256", crypto::to_hex(as_bytes(file.sha256()))}});
    }
    return object;
}

nlohmann::ordered_json sampler_json(const v1::Sampler& sampler) {
    const auto list = [](const auto& texts) {
        return std::vector<std::string>(texts.begin(), texts.end());
    };
    return {{"name", sampler.name()},
            {"aliases", list(sampler.aliases())},
            {"schedules", list(sampler.schedules())},
            {"default_schedule", sampler.default_schedule()},
            {"calls_per_step", sampler.calls_per_step()},
            {"draws_noise", sampler.draws_noise()}};
}

template <class Texts>
std::string listed(const Texts& texts, const std::string& between) {
    std::string list;
    for (const std::string& entry : texts)
        list += (list.empty() ? "" : between) + text::printable(entry);
    return list;
}

// The names of the samplers that `wanted` picks.
template <class Wanted>
std::string names_of(const v1::ListModelsResponse& answer, Wanted wanted) {
    std::vector<std::string> names;
    for (const v1::Sampler& sampler : answer.sampler_facts())
        if (wanted(sampler)) names.push_back(sampler.name());
    return listed(names, ", ");
}

class ListModels final : public CreatorCommand {
  public:
    Result<Exit> run() override {
        const auto creator = connect();
        if (!creator) return Failure{creator.error()};
        const auto answer = creator->ask(&CreatorStub::ListModels, v1::ListModelsRequest{});
        if (!answer) return Failure{answer.error()};
        if (json)
            print_object(*answer);
        else
            print_text(*answer);
        return Exit::done;
    }

  private:
    static void print_object(const v1::ListModelsResponse& answer) {
        auto models = nlohmann::ordered_json::array();
        for (const v1::Model& model : answer.models()) models.push_back(model_json(model));
        auto samplers = nlohmann::ordered_json::array();
        for (const v1::Sampler& it : answer.sampler_facts()) samplers.push_back(sampler_json(it));
        print_json({{"models", std::move(models)},
                    {"sampler_facts", std::move(samplers)},
                    {"samplers",
                     std::vector<std::string>(answer.samplers().begin(), answer.samplers().end())},
                    {"schedules", std::vector<std::string>(answer.schedules().begin(),
                                                           answer.schedules().end())}});
    }

    static void print_text(const v1::ListModelsResponse& answer) {
        constexpr std::uint64_t kMegabyte = 1'000'000;
        if (answer.models().empty())
            print_line("No models yet: the pool's operator adds one with `gotong models add`.");
        for (const v1::Model& model : answer.models()) {
            print_line(fmt::format(
                "{:<24} {:<12} {:>6} MB  {}x{} (up to {}x{}, multiples of {})  {}", model.name(),
                model.family(), size_of(model) / kMegabyte, model.default_width(),
                model.default_height(), model.max_width(), model.max_height(),
                model.size_multiple(), text::printable(model.licence())));
        }
        print_samplers(answer);
    }

    static void print_samplers(const v1::ListModelsResponse& answer) {
        const auto all = [](const v1::Sampler&) { return true; };
        const auto twice = [](const v1::Sampler& it) { return it.calls_per_step() > 1; };
        print_line("Samplers, for every model: " + names_of(answer, all));
        print_line("  at twice the price: " + names_of(answer, twice));
        print_line("Schedules: " + listed(answer.schedules(), ", "));
        for (const v1::Sampler& it : answer.sampler_facts())
            if (it.schedules_size() < answer.schedules_size())
                print_line(fmt::format("  {} takes {} alone", text::printable(it.name()),
                                       listed(it.schedules(), " and ")));
    }
};

class Add final : public AdminCommand {
  public:
    void add_options(CLI::App& app) override {
        AdminCommand::add_options(app);
        app.add_option("MODEL", folder_, "A diffusers folder, or a .safetensors checkpoint")
            ->required();
        app.add_option("--name", options_.name,
                       "What to call it (default: the folder's or file's name)");
        app.add_option("--licence", options_.licence, "Its licence (default: as its card says)");
    }

    Result<Exit> run() override {
        const auto listed = list_model(data(), folder_, options_);
        if (!listed) return Failure{listed.error()};
        if (json)
            print_object(*listed);
        else
            print_text(*listed);
        return Exit::done;
    }

  private:
    static const char* word_for(Listing listing) {
        switch (listing) {
            case Listing::added:
                return "added";
            case Listing::replaced:
                return "replaced";
            case Listing::already_there:
                return "already_there";
        }
        return "";
    }

    static void print_object(const Listed& listed) {
        const auto& manifest = listed.manifest;
        print_json({{"name", manifest.name},
                    {"family", manifest.family},
                    {"digest", crypto::to_hex(model::digest(manifest))},
                    {"licence", manifest.licence},
                    {"files", manifest.files.size()},
                    {"listing", word_for(listed.listing)},
                    {"previews", listed.has_previews}});
    }

    static void print_text(const Listed& listed) {
        const auto& manifest = listed.manifest;
        const char* what = listed.listing == Listing::already_there ? "is in the catalogue already"
                           : listed.listing == Listing::replaced    ? "has new weights now"
                                                                    : "is in the catalogue now";
        print_line(fmt::format("{} {}: {}, {} files, licence {}", manifest.name, what,
                               manifest.family, manifest.files.size(),
                               text::printable(manifest.licence)));
        print_line("  digest " + crypto::to_hex(model::digest(manifest)));
        if (!listed.has_previews)
            note("Jobs with it show no previews: gotong-renderer, which fits them, is not here.");
    }

    std::string folder_;
    model::FolderOptions options_;
};

class Remove final : public AdminCommand {
  public:
    void add_options(CLI::App& app) override {
        AdminCommand::add_options(app);
        app.add_option("NAME", name_, "The model's name")->required();
    }

    Result<Exit> run() override {
        v1::RemoveModelRequest request;
        request.set_name(name_);
        const auto answer = ask(&AdminStub::RemoveModel, request);
        if (!answer) return Failure{answer.error()};
        if (json)
            print_json({{"name", name_}, {"removed", true}});
        else
            print_line(name_ + " is out of the catalogue; its files are where they were.");
        return Exit::done;
    }

  private:
    std::string name_;
};

}  // namespace

void add_models(CLI::App& parent, Commands& commands) {
    CLI::App& group = add_group(parent, commands, "models", "What the pool can render with",
                                std::make_unique<ListModels>());
    add_command(group, commands, std::make_unique<ListModels>(),
                {"list", "List the pool's models", "  gotong models list --json"});
    add_command(group, commands, std::make_unique<Add>(),
                {"add", "Put a model into the pool's catalogue",
                 "  gotong models add models/emoji\n"
                 "  gotong models add ~/models/sd15.safetensors --data /var/lib/gotong"});
    add_command(
        group, commands, std::make_unique<Remove>(),
        {"remove", "Take a model out of the pool's catalogue", "  gotong models remove emoji"});
}

}  // namespace gotong::cli
