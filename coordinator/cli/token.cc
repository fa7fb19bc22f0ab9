// `gotong token create|list|set|revoke`: creators' accounts.
#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "coordinator/cli/admin.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

constexpr double kMicroCredits = 1e6;
constexpr double kMaxGrant = 1e9;  // Credits; a thousandfold margin below what 64 bits hold.

class Create final : public AdminCommand {
  public:
    void add_options(CLI::App& app) override {
        AdminCommand::add_options(app);
        app.add_option("NAME", name_, "The account's name")->required();
        app.add_option("--grant", grant_, "Credits to begin with (default: the pool's --grant)")
            ->check(CLI::Range(0.0, kMaxGrant));
    }

    Result<Exit> run() override {
        v1::CreateTokenRequest request;
        request.set_account(name_);
        if (grant_ >= 0)
            request.set_grant_micro_credits(
                static_cast<std::uint64_t>(std::llround(grant_ * kMicroCredits)));
        const auto made = ask(&AdminStub::CreateToken, request);
        if (!made) return Failure{made.error()};
        if (json) {
            print_json({{"account", name_}, {"token", made->token()}});
        } else {
            note("The token of " + name_ + ", shown this once:");
            print_line(made->token());
        }
        return Exit::done;
    }

  private:
    std::string name_;
    double grant_ = -1;  // Negative: not given.
};

class ListAccounts final : public AdminCommand {
  public:
    Result<Exit> run() override {
        const auto answer = ask(&AdminStub::ListAccounts, v1::ListAccountsRequest{});
        if (!answer) return Failure{answer.error()};
        if (json)
            print_accounts_json(*answer);
        else
            print_accounts(*answer);
        return Exit::done;
    }

  private:
    static void print_accounts_json(const v1::ListAccountsResponse& answer) {
        auto accounts = nlohmann::ordered_json::array();
        for (const auto& account : answer.accounts()) {
            accounts.push_back({{"name", account.name()},
                                {"revoked", account.revoked()},
                                {"available_micro_credits", account.available_micro_credits()},
                                {"held_micro_credits", account.held_micro_credits()},
                                {"weight", account.weight()},
                                {"open_jobs", account.open_jobs()},
                                {"max_open_jobs", account.max_open_jobs()}});
        }
        print_json({{"accounts", std::move(accounts)}});
    }

    static void print_accounts(const v1::ListAccountsResponse& answer) {
        print_line(fmt::format("{:<24} {:>14} {:>14} {:>7} {:>15}", "account", "credits", "held",
                               "weight", "open jobs"));
        for (const auto& account : answer.accounts()) {
            print_line(
                fmt::format("{:<24} {:>14} {:>14} {:>7} {:>15}{}", account.name(),
                            credits_text(account.available_micro_credits()),
                            credits_text(account.held_micro_credits()), account.weight(),
                            fmt::format("{} of {}", account.open_jobs(), account.max_open_jobs()),
                            account.revoked() ? "  revoked" : ""));
        }
    }
};

class SetAccount final : public AdminCommand {
  public:
    void add_options(CLI::App& app) override {
        AdminCommand::add_options(app);
        app.add_option("NAME", name_, "The account's name")->required();
        app.add_option("--weight", weight_,
                       "1 to 100: its part of the pool beside others' that wait");
        app.add_option("--max-open", max_open_,
                       "Jobs that it may have open at once (0: the pool's limit)");
    }

    Result<Exit> run() override {
        if (!weight_ && !max_open_)
            return fail(ErrorCode::invalid_argument, "say what: --weight, --max-open or both",
                        "weight");
        v1::SetAccountRequest request;
        request.set_account(name_);
        if (weight_) request.set_weight(*weight_);
        if (max_open_) request.set_max_open_jobs(*max_open_);
        const auto answer = ask(&AdminStub::SetAccount, request);
        if (!answer) return Failure{answer.error()};
        if (json)
            print_json({{"account", name_}, {"set", true}});
        else
            print_line("Account " + name_ + " is served by that from now on.");
        return Exit::done;
    }

  private:
    std::string name_;
    std::optional<std::uint32_t> weight_;
    std::optional<std::uint32_t> max_open_;
};

class RevokeAccount final : public AdminCommand {
  public:
    void add_options(CLI::App& app) override {
        AdminCommand::add_options(app);
        app.add_option("NAME", name_, "The account's name")->required();
    }

    Result<Exit> run() override {
        v1::RevokeTokenRequest request;
        request.set_account(name_);
        const auto answer = ask(&AdminStub::RevokeToken, request);
        if (!answer) return Failure{answer.error()};
        if (json)
            print_json({{"account", name_}, {"revoked", true}});
        else
            print_line("The token of " + name_ + " works no longer.");
        return Exit::done;
    }

  private:
    std::string name_;
};

}  // namespace

void add_token(CLI::App& parent, Commands& commands) {
    CLI::App& group = add_group(parent, commands, "token", "Creators' accounts and their tokens",
                                std::make_unique<ListAccounts>());
    add_command(group, commands, std::make_unique<Create>(),
                {"create", "Open an account and print its token",
                 "  gotong token create ana\n"
                 "  gotong token create studio --grant 5000"});
    add_command(group, commands, std::make_unique<ListAccounts>(),
                {"list", "List the accounts with their credits", "  gotong token list --json"});
    add_command(group, commands, std::make_unique<SetAccount>(),
                {"set", "Change an account's part of the pool and how much it may queue",
                 "  gotong token set studio --weight 3\n"
                 "  gotong token set guest --max-open 20"});
    add_command(group, commands, std::make_unique<RevokeAccount>(),
                {"revoke", "Make an account's token useless", "  gotong token revoke ana"});
}

}  // namespace gotong::cli
