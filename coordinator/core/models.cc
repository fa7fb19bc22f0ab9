// The operator's desk for the catalogue.
#include "coordinator/core/endings.h"
#include "coordinator/core/handlers.h"
#include "coordinator/core/paces.h"
#include "coordinator/core/welcome.h"
#include "coordinator/job/intake.h"

namespace gotong::core {
namespace {

// Workers learn what they may offer now, and what waits for other weights is given up: nobody
// could take it any more. What is being rendered goes on.
void catalogue_changed(Step& step, const std::string& gone_digest) {
    State& state = step.state;
    for (auto& [worker, session] : state.roster.sessions()) {
        session.usable = state.catalogue.usable(session.offered);
        note_sizes(state.catalogue, session);
        step.say(session, welcome_for(state, session, true));
    }
    state.wake = true;
    if (gone_digest.empty() || state.catalogue.has_weights(gone_digest)) return;
    for (const JobId& id : state.queue.of_model(gone_digest)) {
        const std::string model = state.jobs.find(id)->job.spec.model;
        fail_job(step, id, "the pool no longer renders with these weights of " + model);
    }
}

Result<Answer> add(Step& step, const store::CatalogueModel& model) {
    if (auto facts = facts_of(model); !facts) return Failure{facts.error()};
    const store::CatalogueModel* before = step.state.catalogue.find(model.name);
    const std::string old_digest = before ? before->digest : "";
    const bool replaced = before && old_digest != model.digest;
    step.store.put(model);
    step.state.catalogue.put(model);
    catalogue_changed(step, replaced ? old_digest : "");
    return Replaced{replaced};
}

Result<Answer> remove(Step& step, const std::string& name) {
    const store::CatalogueModel* model = step.state.catalogue.find(name);
    if (!model) {
        auto found = job::find_model(name, step.state.catalogue.facts());
        if (!found) return Failure{found.error()};
        return fail(ErrorCode::invalid_argument, "name the model to be removed", "name");
    }
    const std::string digest = model->digest;
    step.store.remove_model(name);
    step.state.catalogue.remove(name);
    catalogue_changed(step, digest);
    return Done{};
}

}  // namespace

void on(Step& step, const AddModel& event) { step.reply(event.reply, add(step, event.model)); }

void on(Step& step, const RemoveModel& event) { step.reply(event.reply, remove(step, event.name)); }

}  // namespace gotong::core
