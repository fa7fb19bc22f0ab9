// The models that the pool renders with: what creators may name, and what workers may offer.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/job/feasibility.h"
#include "coordinator/roster/session.h"
#include "coordinator/store/store.h"

namespace gotong::core {

// Errors: invalid_argument when the manifest does not read, or its name or digest is another than
// the catalogue entry's.
Result<job::ModelFacts> facts_of(const store::CatalogueModel& model);

class Catalogue {
  public:
    // New, or changed. For a model whose facts_of() is good.
    void put(const store::CatalogueModel& model);
    void remove(std::string_view name);

    const store::CatalogueModel* find(std::string_view name) const;
    bool has_weights(std::string_view digest) const;

    const std::vector<store::CatalogueModel>& models() const { return models_; }
    const std::vector<job::ModelFacts>& facts() const { return facts_; }

    // Digests of those that are in the catalogue, name and weights.
    std::set<std::string> usable(const std::vector<roster::OfferedModel>& offered) const;

    // A sentence for each of the others.
    std::vector<std::string> refusals(const std::vector<roster::OfferedModel>& offered) const;

  private:
    std::vector<store::CatalogueModel> models_;  // By name.
    std::vector<job::ModelFacts> facts_;         // In the same order.
};

}  // namespace gotong::core
