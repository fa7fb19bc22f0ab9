// `gotong verify`: whether a picture is what its receipt says. Needs no network and no pool.
//
// Corridor: common/receipt/explain -> [cli/verify]
#include "common/receipt/verify.h"

#include <nlohmann/json.hpp>

#include "common/crypto/base64.h"
#include "common/file/file.h"
#include "common/png/chunks.h"
#include "common/receipt/explain.h"
#include "common/receipt/known_pools.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/pool_key.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

class Verify final : public Command {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("FILE", file_, "The picture")->required();
        app.add_option("--pool-key", pool_key_,
                       "Trust this pool key too (base64, from somebody you trust)");
        app.add_option("--data", data_, "Trust the pool that has this data folder too");
    }

    // Every error means that there is nothing to judge.
    Result<Exit> run() override {
        const auto verdict = judge();
        if (!verdict) {
            report(verdict.error(), json);
            return Exit::usage;
        }
        if (json)
            print_json(describe(*verdict));
        else
            print_line(receipt::explain(*verdict));
        return receipt::exit_code(verdict->outcome) == 0 ? Exit::done : Exit::failed;
    }

  private:
    Result<receipt::Verdict> judge() const {
        const auto keys = trusted_keys();
        if (!keys) return Failure{keys.error()};
        const auto picture = file::read_small(file_, png::kMaxFileBytes);
        if (!picture) return Failure{picture.error()};
        auto verdict = receipt::verify_picture(*picture, *keys);
        if (!verdict) return Failure{verdict.error().during(file_)};
        return verdict;
    }

    Result<std::vector<crypto::PublicKey>> trusted_keys() const {
        const auto path = receipt::known_pools_path();
        std::vector<crypto::PublicKey> keys;
        if (path) {
            const auto known = receipt::KnownPools::load(*path);
            if (!known) return Failure{known.error()};
            keys = known->keys();
        }
        if (!pool_key_.empty()) {
            const auto key = parse_pool_key(pool_key_);
            if (!key) return Failure{key.error()};
            keys.push_back(*key);
        }
        if (!data_.empty()) {
            const auto key = pool_key_of_folder(data_);
            if (!key) return Failure{key.error()};
            keys.push_back(*key);
        }
        return keys;
    }

    nlohmann::ordered_json describe(const receipt::Verdict& verdict) const {
        nlohmann::ordered_json object = receipt::explain_as_json(verdict);
        object["file"] = file_;
        if (verdict.statement)
            object["pixel_sha256"] = crypto::to_hex(verdict.statement->output.pixel_sha256);
        return object;
    }

    std::string file_;
    std::string pool_key_;
    std::string data_;
};

}  // namespace

void add_verify(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Verify>(),
                {"verify", "Check a picture's receipt, offline",
                 "  gotong verify a-red-apple-7.png\n"
                 "  gotong verify picture.png --pool-key qUt3...=\n"
                 "Exit status: 0 valid, 1 not valid or not trusted, 2 unreadable or no receipt."});
}

}  // namespace gotong::cli
