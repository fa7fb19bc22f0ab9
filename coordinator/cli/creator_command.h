// A command that a creator gives: it has --coordinator, --token, --data and --accept-new-pool.
#pragma once

#include "coordinator/cli/command.h"
#include "coordinator/cli/creator.h"

namespace gotong::cli {

class CreatorCommand : public Command {
  public:
    void add_options(CLI::App& app) override {
        add_place_options(app, place_options_);
        app.add_flag("--accept-new-pool", accept_new_,
                     "Trust a pool that you have not met before, without asking");
    }

  protected:
    // Looks the pool's folder up anew each time: a coordinator that came back may have other ports.
    Result<Creator> connect() const {
        const auto place = find_place(place_options_, surroundings());
        if (!place) return Failure{place.error()};
        return Creator::connect(*place, {.accept_new = accept_new_, .quiet = json});
    }

    // The pool's own folder, where that is what names the pool.
    std::optional<std::filesystem::path> own_folder() const {
        const auto place = find_place(place_options_, surroundings());
        return place ? place->data : std::nullopt;
    }

    bool names_a_pool() const { return cli::names_a_pool(place_options_, surroundings()); }

  private:
    PlaceOptions place_options_;
    bool accept_new_ = false;
};

}  // namespace gotong::cli
