// `gotong pool list|trust|forget`: whose signatures this user believes.
#include <nlohmann/json.hpp>

#include "common/receipt/known_pools.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/pool_archive.h"
#include "coordinator/cli/pool_key.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

using receipt::KnownPool;
using receipt::KnownPools;

Result<KnownPools> load() {
    const auto path = receipt::known_pools_path();
    if (!path) return Failure{path.error()};
    return KnownPools::load(*path);
}

Result<> save(const KnownPools& pools) {
    const auto path = receipt::known_pools_path();
    if (!path) return Failure{path.error()};
    return pools.save(*path);
}

nlohmann::ordered_json pool_json(const KnownPool& pool) {
    return {{"name", pool.name},
            {"key", pool_key_text(pool.key)},
            {"address", pool.address},
            {"fingerprint", pool.fingerprint}};
}

class ListPools final : public Command {
  public:
    void add_options(CLI::App&) override {}

    Result<Exit> run() override {
        const auto pools = load();
        if (!pools) return Failure{pools.error()};
        auto array = nlohmann::ordered_json::array();
        for (const KnownPool& pool : pools->all()) {
            if (!json) print_line(pool.name + "  " + pool_key_text(pool.key) + "  " + pool.address);
            array.push_back(pool_json(pool));
        }
        if (json) print_json({{"pools", std::move(array)}});
        return Exit::done;
    }
};

class TrustPool final : public Command {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("NAME", name_, "The pool's name")->required();
        app.add_option("KEY", key_, "Its key, base64")->required();
    }

    Result<Exit> run() override {
        const auto key = parse_pool_key(key_);
        if (!key) return Failure{key.error()};
        auto pools = load();
        if (!pools) return Failure{pools.error()};
        const KnownPool pool{.name = name_, .key = *key, .address = {}, .fingerprint = {}};
        if (const auto added = pools->add(pool); !added) return Failure{added.error()};
        if (const auto saved = save(*pools); !saved) return Failure{saved.error()};
        if (json)
            print_json(pool_json(pool));
        else
            print_line("Pictures that pool " + name_ + " signed are trusted from now on.");
        return Exit::done;
    }

  private:
    std::string name_;
    std::string key_;
};

class ForgetPool final : public Command {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("NAME", name_, "Its name, or its key where several have that name")
            ->required();
    }

    Result<Exit> run() override {
        const auto pools = load();
        if (!pools) return Failure{pools.error()};
        KnownPools rest;
        for (const KnownPool& pool : pools->all()) {
            if (pool.name == name_ || pool_key_text(pool.key) == name_) continue;
            if (const auto added = rest.add(pool); !added) return Failure{added.error()};
        }
        if (rest.all().size() == pools->all().size())
            return fail(ErrorCode::not_found, "no known pool is called " + name_, "NAME");
        if (const auto saved = save(rest); !saved) return Failure{saved.error()};
        if (json)
            print_json({{"name", name_}, {"forgotten", true}});
        else
            print_line("Pool " + name_ + " is not trusted any more.");
        return Exit::done;
    }

  private:
    std::string name_;
};

}  // namespace

void add_pool(CLI::App& parent, Commands& commands) {
    CLI::App& group =
        add_group(parent, commands, "pool",
                  "The pools whose signatures you trust; backup and check of your own",
                  std::make_unique<ListPools>());
    add_command(group, commands, std::make_unique<ListPools>(),
                {"list", "List them", "  gotong pool list"});
    add_command(group, commands, std::make_unique<TrustPool>(),
                {"trust", "Trust a pool whose key somebody gave you",
                 "  gotong pool trust attic qUt3...="});
    add_command(group, commands, std::make_unique<ForgetPool>(),
                {"forget", "Stop trusting a pool", "  gotong pool forget attic"});
    add_requeue(group, commands);
    add_pool_archive(group, commands);
}

}  // namespace gotong::cli
