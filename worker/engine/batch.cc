#include "worker/engine/batch.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <iterator>
#include <list>
#include <optional>
#include <utility>

#include "worker/engine/device.h"
#include "worker/engine/layers/onednn.h"
#include "worker/engine/request/check.h"
#include "worker/engine/stages/advice.h"
#include "worker/engine/stages/foresee.h"
#include "worker/engine/stages/painting.h"
#include "worker/engine/stages/relief.h"
#include "worker/engine/stages/tensors.h"

namespace gotong::engine {

struct Batch::Members {
    struct Member {
        Ticket ticket;
        Painting painting;
    };

    bool takes(const Request& request) const;
    Result<> join(Ticket ticket, Order order);
    std::vector<Ended> step();

    void drop_stopped(std::vector<Ended>& ended);
    Result<> advance(std::vector<Ended>& ended);
    std::int64_t rows() const;
    void finish_done(std::vector<Ended>& ended);
    void fail_all(const Error& error, std::vector<Ended>& ended);
    const Prompted& prompted();

    Model::Parts& model;
    std::list<Member> each{};
    std::optional<Prompted> all_prompted{};  // Of all members; worked out anew when they change.
};

bool Batch::Members::takes(const Request& request) const {
    if (each.empty()) return true;
    const Request& first = each.front().painting.order().request;
    return request.width == first.width && request.height == first.height;
}

Result<> Batch::Members::join(Ticket ticket, Order order) {
    const Request request = order.request;
    if (const auto ok = check_request(model.info, request); !ok) return ok;
    if (order.start) {
        if (const auto ok = check_start(model.info, request, *order.start); !ok) return ok;
    }
    if (const auto ok = check_beside(model.info, request, order.beside); !ok) return ok;
    if (!takes(request)) {
        return fail(ErrorCode::invalid_argument, "size differs from that of the batch under way",
                    "size");
    }
    if (const auto ok = guarded([&] { return check_room(model, order, rows()); }); !ok) return ok;
    auto painting = relieved(model, [&] { return Painting::begin(model, order); });
    if (!painting) return Failure{with_advice(painting.error(), model.info, request)};
    each.push_back({ticket, *std::move(painting)});
    all_prompted.reset();
    return {};
}

std::vector<Batch::Ended> Batch::Members::step() {
    std::vector<Ended> ended;
    drop_stopped(ended);
    if (each.empty()) return ended;
    const auto advanced = guarded([&] { return advance(ended); });
    if (!advanced) fail_all(advanced.error(), ended);
    finish_done(ended);
    if (!ended.empty()) all_prompted.reset();
    return ended;
}

void Batch::Members::fail_all(const Error& error, std::vector<Ended>& ended) {
    for (const Member& member : each) {
        const Request& request = member.painting.order().request;
        ended.push_back({member.ticket, Failure{with_advice(error, model.info, request)}});
    }
    each.clear();
}

void Batch::Members::drop_stopped(std::vector<Ended>& ended) {
    for (auto it = each.begin(); it != each.end();) {
        if (!it->painting.is_stopped()) {
            ++it;
            continue;
        }
        ended.push_back({it->ticket, fail(ErrorCode::cancelled, "the job was cancelled")});
        it = each.erase(it);
        all_prompted.reset();
    }
}

const Prompted& Batch::Members::prompted() {
    if (!all_prompted) {
        std::vector<const Prompted*> rows;
        for (const Member& member : each) rows.push_back(&member.painting.prompted());
        all_prompted = stacked(rows);
    }
    return *all_prompted;
}

std::int64_t Batch::Members::rows() const {
    std::int64_t rows = 0;
    for (const Member& member : each) rows += member.painting.rows();
    return rows;
}

Result<> Batch::Members::advance(std::vector<Ended>& ended) {
    std::vector<at::Tensor> inputs;
    std::vector<double> timesteps;
    for (const Member& member : each) {
        inputs.push_back(member.painting.input());
        timesteps.insert(timesteps.end(), static_cast<std::size_t>(member.painting.rows()),
                         member.painting.timestep());
    }
    const Placement& place = model.placement;
    const auto placed = [&](const at::Tensor& it) { return it.to(place.device, place.type); };
    const auto outputs = relieved(model, [&]() -> Result<at::Tensor> {
        return plain(model.replay(model.unet, placed(at::cat(inputs)),
                                  placed(model.unet.waves_of(timesteps)), prompted()));
    });
    if (!outputs) return Failure{outputs.error()};
    std::int64_t row = 0;
    for (auto it = each.begin(); it != each.end();) {
        const std::int64_t rows = it->painting.rows();
        const auto taken = it->painting.take(outputs->slice(0, row, row + rows));
        row += rows;
        if (!taken) ended.push_back({it->ticket, Failure{taken.error()}});
        it = taken ? std::next(it) : each.erase(it);
    }
    return {};
}

void Batch::Members::finish_done(std::vector<Ended>& ended) {
    for (auto it = each.begin(); it != each.end();) {
        Painting& painting = it->painting;
        if (!painting.is_done()) {
            ++it;
            continue;
        }
        auto picture = guarded([&]() -> Result<Picture> {
            if (painting.is_stopped()) return fail(ErrorCode::cancelled, "the job was cancelled");
            return painting.finish(model);
        });
        if (!picture)
            picture = Failure{with_advice(picture.error(), model.info, painting.order().request)};
        ended.push_back({it->ticket, std::move(picture)});
        it = each.erase(it);
    }
}

Batch::Batch(Model& model) : members_(new Members{model.parts()}) {}
Batch::~Batch() = default;

std::size_t Batch::size() const { return members_->each.size(); }

bool Batch::is_exact() const {
    const Placement& place = members_->model.placement;
    return at::get_num_threads() == 1 &&
           onednn::can_pack(at::empty({1}, at::TensorOptions(place.type).device(place.device)));
}

bool Batch::takes(const Request& request) const { return members_->takes(request); }

Result<> Batch::join(Ticket ticket, Order order) {
    return members_->join(ticket, std::move(order));
}

std::vector<Batch::Ended> Batch::step() { return members_->step(); }

}  // namespace gotong::engine
