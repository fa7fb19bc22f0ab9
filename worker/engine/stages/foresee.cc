#include "worker/engine/stages/foresee.h"

#include <algorithm>
#include <string>

#include "worker/engine/device.h"
#include "worker/engine/memory/words.h"
#include "worker/engine/stages/condition.h"
#include "worker/engine/stages/finish.h"
#include "worker/engine/stages/need.h"
#include "worker/engine/stages/relief.h"

namespace gotong::engine {
namespace {

struct Size {
    int width = 0;
    int height = 0;
};

// Of all stages of a picture of this size, bytes.
std::uint64_t need_of(const Model::Parts& model, const Order& order, Size size, std::int64_t rows,
                      std::uint64_t element) {
    const int factor = model.info.latent_factor;
    const Cells cells{size.height / factor, size.width / factor};
    const VaeConfig& vae = model.decoder.config();
    const std::uint64_t denoise = denoise_need(model.unet.config(), rows, cells, element);
    const std::uint64_t decode = least_decode_need(vae, cells, order.tiling);
    const bool encodes = order.request.original.has_value();
    const std::uint64_t most = std::max({denoise, decode, encodes ? encode_need(vae, cells) : 0});
    return with_gaps(model.placement, most);
}

// The largest of the same proportions, about, that needs no more than `free`; 0 x 0: none.
Size largest_within(const Model::Parts& model, const Order& order, std::int64_t rows,
                    std::uint64_t element, std::uint64_t free) {
    const Request& request = order.request;
    const int multiple = model.info.size_multiple;
    const auto scaled = [&](int side, int part, int parts) {
        return std::max(side * part / parts / multiple * multiple, multiple);
    };
    const int parts = std::max(request.width, request.height) / multiple;
    for (int part = parts - 1; part > 0; --part) {
        const Size size{scaled(request.width, part, parts), scaled(request.height, part, parts)};
        if (need_of(model, order, size, rows, element) <= free) return size;
    }
    return {};
}

std::string named(Size size) {
    return std::to_string(size.width) + "x" + std::to_string(size.height);
}

}  // namespace

Result<> check_room(Model::Parts& model, const Order& order, std::int64_t rows_beside) {
    const Size size{order.request.width, order.request.height};
    const std::int64_t own = is_guided(model.info, order.request) ? 2 : 1;
    const std::uint64_t element = c10::elementSize(model.placement.type);
    const std::uint64_t need = need_of(model, order, size, own + rows_beside, element);
    if (has_room(model, need)) return {};
    const std::uint64_t free = room(model.placement).value_or(need);
    std::string words = named(size) + " pixels need " + memory::spelled(need) +
                        " beside the model, and " + memory::spelled(free) + " are free";
    const Size fits = largest_within(model, order, own, element, free);
    if (fits.width > 0) words += "; " + named(fits) + " would fit";
    const bool is_full = model.placement.device.is_cuda() && element > 2;
    if (is_full && need_of(model, order, size, own, 2) <= free) words += "; so would fp16";
    if (rows_beside > 0 && need_of(model, order, size, own, element) <= free)
        words += "; so would fewer pictures at once";
    return fail(ErrorCode::resource_exhausted, words, "size");
}

}  // namespace gotong::engine
