#include "worker/engine/stages/need.h"

#include <algorithm>
#include <vector>

// Counted in channels for each cell, tensor by tensor, of what is alive at once. The counts follow
// the modules (layers/resnet, denoise/attention, denoise/blocks, decode/vae, encode/vae_encoder)
// and change with them.
namespace gotong::engine {
namespace {

constexpr std::uint64_t kDecoderElement = 4;  // fp32
constexpr std::int64_t kPixelChannels = 3;

// Beside its input: the first norm and its convolution; then that, the second norm, its convolution
// and the shortcut.
std::int64_t resnet(std::int64_t in, std::int64_t out) {
    return std::max(in + out, 3 * out + (in == out ? 0 : out));
}

// With its input: that, the tokens and their projection; of the widest moment, the feed-forward's,
// the norm, eight widths, four gated and the one that comes out.
std::int64_t transformer(std::int64_t channels) { return (3 + 1 + 8 + 4 + 1) * channels; }

// With its input: that, the norm, query, key, value, what they mix to, the way out and the sum.
std::int64_t attention(std::int64_t channels) { return 8 * channels; }

// The peak of numbers alive, while tensors come, stay and go.
class Tally {
  public:
    // `more` numbers for a moment.
    void see(std::int64_t more) { peak_ = std::max(peak_, held_ + more); }
    void keep(std::int64_t numbers) { held_ += numbers; }
    std::uint64_t peak_bytes(std::uint64_t element) const {
        return static_cast<std::uint64_t>(peak_) * element;
    }

  private:
    std::int64_t held_ = 0;
    std::int64_t peak_ = 0;
};

// Walks the UNet as a call does.
class UnetWalk {
  public:
    UnetWalk(const UnetConfig& unet, std::int64_t cells) : unet_(unet), cells_(cells) {}

    std::uint64_t peak_bytes(std::uint64_t element) {
        keep_skip(unet_.levels.front().channels);
        for (std::size_t i = 0; i < unet_.levels.size(); ++i) go_down(i);
        const std::int64_t lowest = unet_.levels.back().channels;
        tally_.see(cells_ * (lowest + transformer(lowest)));
        x_ = lowest;
        for (std::size_t i = unet_.levels.size(); i-- > 0;) go_up(i);
        return tally_.peak_bytes(element);
    }

  private:
    void keep_skip(std::int64_t channels) {
        skips_.push_back(channels);
        tally_.keep(cells_ * channels);
        x_ = channels;
    }

    void go_down(std::size_t at) {
        const UnetLevel& level = unet_.levels[at];
        for (int i = 0; i < level.layers; ++i) {
            tally_.see(cells_ * resnet(x_, level.channels));
            if (level.attention_down) tally_.see(cells_ * transformer(level.channels));
            keep_skip(level.channels);
        }
        if (at + 1 == unet_.levels.size()) return;
        cells_ /= 4;
        keep_skip(level.channels);
    }

    // In each layer what came, its skip and the two joined are alive to the end.
    void go_up(std::size_t at) {
        const UnetLevel& level = unet_.levels[at];
        for (int i = 0; i <= level.layers; ++i) {
            const std::int64_t skip = skips_.back();
            skips_.pop_back();
            const std::int64_t in = x_ + skip;
            const std::int64_t rest = level.attention_up ? transformer(level.channels) : 0;
            tally_.see(cells_ * (x_ + in + std::max(resnet(in, level.channels), rest)));
            tally_.keep(-cells_ * skip);
            x_ = level.channels;
        }
        if (at == 0) return;
        tally_.see(cells_ * x_ * (1 + 4 + 4));  // As it was, enlarged, convolved.
        cells_ *= 4;
    }

    const UnetConfig& unet_;
    std::int64_t cells_;  // Of all rows, at the level in hand.
    std::int64_t x_ = 0;  // Channels of what the next module is given.
    std::vector<std::int64_t> skips_;
    Tally tally_;
};

std::int64_t count(Cells cells) { return cells.height * cells.width; }

}  // namespace

std::uint64_t denoise_need(const UnetConfig& unet, std::int64_t rows, Cells cells,
                           std::uint64_t element) {
    return UnetWalk{unet, rows * count(cells)}.peak_bytes(element);
}

std::uint64_t decode_need(const VaeConfig& vae, Cells cells) {
    Tally tally;
    std::int64_t area = count(cells);
    std::int64_t in = vae.channels.back();
    tally.see(area * std::max(in + resnet(in, in), vae.middle_attention ? attention(in) : 0));
    for (std::size_t i = vae.channels.size(); i-- > 0;) {
        const std::int64_t out = vae.channels[i];
        tally.see(area * (in + resnet(in, out)));
        tally.see(area * (out + resnet(out, out)));
        if (i > 0) {
            tally.see(area * out * (1 + 4 + 4));
            area *= 4;
        }
        in = out;
    }
    tally.see(area * (2 * in + kPixelChannels));
    return tally.peak_bytes(kDecoderElement);
}

std::uint64_t encode_need(const VaeConfig& vae, Cells cells) {
    Tally tally;
    std::int64_t area = count(cells) * vae.factor() * vae.factor();
    std::int64_t in = vae.channels.front();
    for (std::size_t i = 0; i < vae.channels.size(); ++i) {
        const std::int64_t out = vae.channels[i];
        tally.see(area * (in + resnet(in, out)));
        tally.see(area * (out + resnet(out, out)));
        if (i + 1 < vae.channels.size()) area /= 4;
        in = out;
    }
    tally.see(area * std::max(in + resnet(in, in), vae.middle_attention ? attention(in) : 0));
    return tally.peak_bytes(kDecoderElement);
}

}  // namespace gotong::engine
