// `gotong invite`: one line that lets one machine join the pool.
#include <nlohmann/json.hpp>

#include "coordinator/cli/admin.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/report.h"

namespace gotong::cli {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kMaxMinutes = 30 * 24 * 60;  // A month: older papers get lost or leak.

class Invite final : public AdminCommand {
  public:
    void add_options(CLI::App& app) override {
        AdminCommand::add_options(app);
        app.add_option("--minutes", minutes_, "How long it is valid (default: one day)")
            ->check(CLI::Range(std::uint64_t{1}, kMaxMinutes));
    }

    Result<Exit> run() override {
        v1::CreateInviteRequest request;
        request.set_valid_for_ms(minutes_ * kMinuteMs);
        const auto made = ask(&AdminStub::CreateInvite, request);
        if (!made) return Failure{made.error()};
        if (json)
            print_json({{"invite", made->invite()}});
        else
            print_line(made->invite());
        return Exit::done;
    }

  private:
    std::uint64_t minutes_ = 0;
};

}  // namespace

void add_invite(CLI::App& parent, Commands& commands) {
    add_command(parent, commands, std::make_unique<Invite>(),
                {"invite", "Make an invite with which one machine joins the pool",
                 "  gotong invite\n"
                 "  gotong invite --minutes 60 --data /var/lib/gotong\n"
                 "  deploy/join \"$(gotong invite)\"      (on the machine that joins)"});
}

}  // namespace gotong::cli
