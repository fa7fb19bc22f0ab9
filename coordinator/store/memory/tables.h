// What a MemoryStore holds: each thing once, by its key, and the indices that its reads need.
// Journal undoes the writes of a transaction that is not committed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/store/store.h"

namespace gotong::store {

struct Invite {
    WallTime expires;
    bool used = false;
};

struct StoredJob {
    job::Job job;
    std::uint64_t order = 0;  // Of insertion.
};

using EndKey = std::pair<WallTime, std::uint64_t>;  // When it ended, and its order of insertion.
using AttemptKey = std::pair<JobId, std::uint32_t>;
using PostingKey = std::pair<std::string, std::string>;

struct Tables {
    std::map<std::pair<AccountId, std::string>, Request> requests;  // By idempotency key.
    std::map<JobId, StoredJob> jobs;
    std::map<std::pair<RequestId, std::uint64_t>, JobId> jobs_by_request;
    std::map<std::pair<AccountId, std::uint64_t>, JobId> jobs_by_account;
    std::map<std::uint64_t, JobId> open_jobs;
    std::map<AttemptKey, job::Attempt> attempts;
    std::map<WorkerId, std::uint64_t> accepted;  // Attempts that ended so.
    std::map<job::State, std::uint64_t> ended;   // Jobs, by how.
    std::map<Digest, JobId> statements;
    std::map<AccountId, Account> accounts;
    std::map<WorkerId, Worker> workers;
    std::map<Digest, Invite> invites;
    std::map<std::string, CatalogueModel> models;
    std::map<job::InputName, Input> inputs;
    std::map<EndKey, JobId> pictures_by_end;                 // Those that are kept.
    std::map<EndKey, JobId> bodies_by_end;                   // The same.
    std::map<Digest, std::uint64_t> kept_pictures;           // By how many jobs.
    std::map<Digest, std::optional<WallTime>> doomed_blobs;  // And when they were removed.
    std::map<PostingKey, Posting> postings;
    std::map<std::string, Credits> balances;
    std::map<std::string, std::string> settings;
    std::uint64_t inserted_jobs = 0;  // Never goes back, so that an order is never used twice.
};

class Journal {
  public:
    // Sets map[key], remembering what was there.
    template <class Map>
    void put(Map& map, const typename Map::key_type& key, typename Map::mapped_type value) {
        remember(map, key);
        map.insert_or_assign(key, std::move(value));
    }

    template <class Map>
    void erase(Map& map, const typename Map::key_type& key) {
        remember(map, key);
        map.erase(key);
    }

    void undo();                      // Takes every write back, the newest first.
    void forget() { undo_.clear(); }  // The writes stay.

  private:
    template <class Map>
    void remember(Map& map, const typename Map::key_type& key) {
        const auto found = map.find(key);
        if (found == map.end()) {
            undo_.push_back([&map, key] { map.erase(key); });
        } else {
            undo_.push_back([&map, key, old = found->second] { map.insert_or_assign(key, old); });
        }
    }

    std::vector<std::function<void()>> undo_;
};

}  // namespace gotong::store
