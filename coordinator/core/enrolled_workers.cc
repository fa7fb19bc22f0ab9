#include "coordinator/core/enrolled_workers.h"

#include "common/bytes.h"
#include "common/crypto/sha256.h"
#include "common/receipt/dsse.h"

namespace gotong::core {

void EnrolledWorkers::put(const store::Worker& worker) {
    workers_.insert_or_assign(worker.id, worker);
    const auto enrolment = receipt::parse_envelope(worker.enrolment);
    if (enrolment) enrolments_[worker.id] = crypto::sha256(as_bytes(enrolment->payload));
}

const store::Worker* EnrolledWorkers::find(WorkerId id) const {
    const auto found = workers_.find(id);
    return found == workers_.end() ? nullptr : &found->second;
}

Result<store::Worker> EnrolledWorkers::named(const std::string& id_or_name) const {
    const auto id = WorkerId::from_hex(id_or_name);
    if (const store::Worker* worker = id ? find(*id) : nullptr) return *worker;
    std::vector<store::Worker> same_name;
    std::string ids;
    for (const auto& [key, worker] : workers_) {
        if (worker.name != id_or_name) continue;
        same_name.push_back(worker);
        ids += (ids.empty() ? "" : ", ") + key.to_hex();
    }
    if (same_name.size() == 1) return same_name.front();
    if (same_name.empty()) {
        return fail(ErrorCode::not_found, "no worker has the id or name \"" + id_or_name + "\"",
                    "worker");
    }
    return fail(ErrorCode::invalid_argument,
                "several workers are named \"" + id_or_name + "\"; give one of their ids: " + ids,
                "worker");
}

Digest EnrolledWorkers::enrolment_sha256(WorkerId id) const {
    const auto found = enrolments_.find(id);
    return found == enrolments_.end() ? Digest{} : found->second;
}

}  // namespace gotong::core
