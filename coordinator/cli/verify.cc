// `gotong verify`: whether a picture is what its receipt says. Needs no network and no pool.
//
// Corridor: common/receipt/explain -> [cli/verify]
#include "common/receipt/verify.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/crypto/base64.h"
#include "common/crypto/sha256.h"
#include "common/file/file.h"
#include "common/picture/format.h"
#include "common/png/chunks.h"
#include "common/receipt/explain.h"
#include "common/receipt/known_pools.h"
#include "common/text/printable.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/pool_key.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

// A file that the user holds to be the one that a receipt names.
struct GivenFile {
    std::string option;
    std::string path;
    std::string role;
    std::optional<Digest> named;  // By the receipt; absent: none.
};

Result<receipt::Check> compare_one(const GivenFile& given) {
    const auto bytes = file::read_small(given.path, picture::kMaxFileBytes);
    if (!bytes)
        return fail(ErrorCode::invalid_argument, given.option + ": " + bytes.error().message,
                    given.option);
    const bool same = given.named == crypto::sha256(as_bytes(*bytes));
    std::string finding = given.path + (same ? " is " : " is not ") + given.role;
    if (!given.named) finding += ": the receipt names none";
    return receipt::Check{given.option, same, std::move(finding)};
}

std::string explain(const std::vector<receipt::Check>& compared) {
    std::string out = compared.empty() ? "" : "\nYour files:\n";
    for (const receipt::Check& check : compared) {
        out.append(check.passed ? "  ok      " : "  FAILED  ");
        out.append(text::printable(check.finding)).append("\n");
    }
    return out;
}

class Verify final : public Command {
  public:
    void add_options(CLI::App& app) override {
        app.add_option("FILE", file_, "The picture")->required();
        app.add_option("--pool-key", pool_key_,
                       "Trust this pool key too (base64, from somebody you trust)");
        app.add_option("--data", data_, "Trust the pool that has this data folder too");
        app.add_option("--from", from_, "Check that this file is what the picture began with");
        app.add_option("--mask", mask_, "Check that this file is the mask that it was made with");
    }

    // Every error means that there is nothing to judge.
    Result<Exit> run() override {
        const auto verdict = judge();
        const auto compared = verdict ? compare(*verdict) : Failure{verdict.error()};
        if (!compared) {
            report(compared.error(), json);
            return Exit::usage;
        }
        if (json)
            print_json(describe(*verdict, *compared));
        else
            print_line(receipt::explain(*verdict) + explain(*compared));
        const bool all_match = std::ranges::all_of(*compared, &receipt::Check::passed);
        const bool valid = receipt::exit_code(verdict->outcome) == 0;
        return valid && all_match ? Exit::done : Exit::failed;
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

    // The user's files beside what the receipt names.
    Result<std::vector<receipt::Check>> compare(const receipt::Verdict& verdict) const {
        const auto& statement = verdict.statement;
        const auto* original = statement && statement->original ? &*statement->original : nullptr;
        const std::array files{
            GivenFile{"from", from_, "the picture that it began with",
                      original ? std::optional{original->picture} : std::nullopt},
            GivenFile{"mask", mask_, "the mask that it was made with",
                      original ? original->mask : std::nullopt}};
        std::vector<receipt::Check> compared;
        for (const GivenFile& file : files) {
            if (file.path.empty()) continue;
            auto check = compare_one(file);
            if (!check) return Failure{check.error()};
            compared.push_back(*std::move(check));
        }
        return compared;
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

    nlohmann::ordered_json describe(const receipt::Verdict& verdict,
                                    const std::vector<receipt::Check>& compared) const {
        nlohmann::ordered_json object = receipt::explain_as_json(verdict);
        object["file"] = file_;
        for (const receipt::Check& check : compared)
            object["given"].push_back(nlohmann::ordered_json{
                {"name", check.name}, {"passed", check.passed}, {"finding", check.finding}});
        if (verdict.statement)
            object["pixel_sha256"] = crypto::to_hex(verdict.statement->output.pixel_sha256);
        return object;
    }

    std::string file_;
    std::string pool_key_;
    std::string data_;
    std::string from_;
    std::string mask_;
};

}  // namespace

void add_verify(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Verify>(),
                {"verify", "Check a picture's receipt, offline",
                 "  gotong verify a-red-apple-7.png\n"
                 "  gotong verify picture.png --pool-key qUt3...=\n"
                 "  gotong verify fox.png --from photo.png\n"
                 "Exit status: 0 valid, 1 not valid, not trusted or made from another file, "
                 "2 unreadable or no receipt."});
}

}  // namespace gotong::cli
