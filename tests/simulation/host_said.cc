// What leaves the process.
#include "tests/simulation/host.h"
#include "tests/simulation/world.h"

namespace gotong::simulation {
namespace {

std::string_view name_of(core::Verdict verdict) {
    switch (verdict) {
        case core::Verdict::accepted:
            return "verdict accepted";
        case core::Verdict::duplicate:
            return "verdict duplicate";
        case core::Verdict::superseded:
            return "verdict superseded";
        case core::Verdict::rejected:
            return "verdict rejected";
        case core::Verdict::noted:
            return "verdict noted";
    }
    return "verdict unknown";
}

void note(Coverage& coverage, const core::WorkerMessage& message) {
    if (const auto* welcome = std::get_if<core::Welcome>(&message)) {
        coverage.saw("said Welcome");
        if (welcome->resumed) coverage.saw("said Welcome, resumed");
    } else if (const auto* desired = std::get_if<core::Desired>(&message)) {
        coverage.saw("said Desired");
        if (!desired->cancel.empty()) coverage.saw("said Desired, cancel");
        if (!desired->resend.empty()) coverage.saw("said Desired, resend");
    } else if (const auto* ack = std::get_if<core::AckResult>(&message)) {
        coverage.saw(name_of(ack->verdict));
    } else if (std::holds_alternative<core::OfferJob>(message)) {
        coverage.saw("said OfferJob");
    } else if (std::holds_alternative<core::GrantUpload>(message)) {
        coverage.saw("said GrantUpload");
    } else if (std::holds_alternative<core::CloseStream>(message)) {
        coverage.saw("said CloseStream");
    }
}

}  // namespace

void Host::say() {
    for (const core::Send& send : turn_.sends) say(send);
}

void Host::say(const core::Send& send) {
    model_.told(send);
    if (const auto* said = std::get_if<core::ToWorker>(&send)) {
        note(world_.coverage, said->message);
        world_.network.to_worker(*said);
    } else if (const auto* reply = std::get_if<core::Reply>(&send)) {
        world_.coverage.saw("said Reply");
        world_.network.answer(*reply);
    } else if (const auto* file = std::get_if<core::RemoveInput>(&send)) {
        world_.coverage.saw("said RemoveInput");
        world_.agenda.after(0ms, [this, name = file->name, life = life_] {
            if (life == life_ && is_up()) remove_file(name);
        });
    } else if (const auto* blob = std::get_if<core::RemoveBlob>(&send)) {
        world_.coverage.saw("said RemoveBlob");
        hear(core::BlobRemoved{blob->sha256});
    } else if (const auto* change = std::get_if<core::JobChanged>(&send)) {
        world_.coverage.saw("said JobChanged");
        world_.network.to_watcher(change->view.job);
    }
}

// It may have been uploaded again: what has a row stays.
void Host::remove_file(const job::InputName& name) {
    if (!store_->begin()->find_input(name)) world_.files.erase(name);
}

// In the turn in which the core hears of it. False: a worker was told meanwhile to upload it again,
// or the disk does not let it go, which is asked for again later.
bool Host::remove_blob(const Digest& sha256) {
    if (!watched_->current().is_doomed(sha256)) return false;
    if (!is_calm_ && world_.chance.one_in(8)) {
        world_.coverage.saw("pool: a blob that does not go");
        return false;
    }
    world_.truth.blobs.erase(sha256);
    return true;
}

}  // namespace gotong::simulation
