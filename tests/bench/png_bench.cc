// Our PNG encoder against libpng's defaults, in turns, on files given or on five made-up pictures.
// Prints a line for each picture: our median milliseconds, libpng's, our bytes, libpng's.
#include <png.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "worker/image/png.h"

namespace gotong::image {
namespace {

constexpr int kRounds = 7;
constexpr std::uint32_t kSide = 1024;
constexpr int kMadeUpPictures = 5;
constexpr std::size_t kColours = 3;

struct Picture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgb{};
};

// One octave of a cloud: random values on a coarse grid, smoothly joined.
class Octave {
  public:
    Octave(std::uint32_t cell, std::mt19937& random) : cell_(cell), across_(kSide / cell + 2) {
        std::uniform_real_distribution<float> values(-1, 1);
        grid_.resize(across_ * across_);
        for (float& value : grid_) value = values(random);
    }
    float at(std::uint32_t x, std::uint32_t y) const {
        const std::size_t corner = y / cell_ * across_ + x / cell_;
        const float right = smooth(x);
        const float top = std::lerp(grid_[corner], grid_[corner + 1], right);
        const float bottom = std::lerp(grid_[corner + across_], grid_[corner + across_ + 1], right);
        return std::lerp(top, bottom, smooth(y));
    }

  private:
    float smooth(std::uint32_t position) const {
        const float t = static_cast<float>(position % cell_) / static_cast<float>(cell_);
        return t * t * (3 - 2 * t);
    }
    std::uint32_t cell_;
    std::size_t across_;
    std::vector<float> grid_;
};

// What photographs and rendered pictures are to a compressor: detail that falls with its size, and
// a little grain on top, so that no run of bytes comes twice.
Picture made_up(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> grain(0, 1.5F);
    Picture picture{kSide, kSide, std::vector<std::uint8_t>(kColours * kSide * kSide)};
    for (std::size_t colour = 0; colour < kColours; ++colour) {
        std::vector<Octave> octaves;
        for (std::uint32_t cell = kSide / 2; cell >= 4; cell /= 2)
            octaves.emplace_back(cell, random);
        for (std::uint32_t i = 0; i < kSide * kSide; ++i) {
            float value = 128 + grain(random);
            float weight = 50;
            for (const Octave& octave : octaves) {
                value += weight * octave.at(i % kSide, i / kSide);
                weight *= 0.5F;
            }
            picture.rgb[kColours * i + colour] =
                static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
        }
    }
    return picture;
}

Picture read(const char* path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_file(&image, path) == 0) return {};
    image.format = PNG_FORMAT_RGB;
    Picture picture{image.width, image.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
    png_image_finish_read(&image, nullptr, picture.rgb.data(), 0, nullptr);
    return picture;
}

std::size_t encode_by_default(const Picture& picture) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = picture.width;
    image.height = picture.height;
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::vector<std::uint8_t> out(size);
    png_image_write_to_memory(&image, out.data(), &size, 0, picture.rgb.data(), 0, nullptr);
    return size;
}

std::size_t encode_ours(const Picture& picture) {
    const auto file = encode_png(picture.width, picture.height, picture.rgb);
    return file ? file->size() : 0;
}

double milliseconds(std::size_t (*encode)(const Picture&), const Picture& picture,
                    std::size_t& bytes) {
    const auto begin = std::chrono::steady_clock::now();
    bytes = encode(picture);
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
        .count();
}

double median(std::vector<double>& values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void compare(const Picture& picture) {
    std::vector<double> ours;
    std::vector<double> theirs;
    std::size_t our_bytes = 0;
    std::size_t their_bytes = 0;
    for (int i = 0; i < kRounds; ++i) {
        ours.push_back(milliseconds(encode_ours, picture, our_bytes));
        theirs.push_back(milliseconds(encode_by_default, picture, their_bytes));
    }
    std::printf("%.2f %.2f %zu %zu\n", median(ours), median(theirs), our_bytes, their_bytes);
    std::fflush(stdout);
}

int run(int count, char** paths) {
    for (unsigned seed = 0; count == 0 && seed < kMadeUpPictures; ++seed) compare(made_up(seed));
    for (int i = 0; i < count; ++i) {
        const Picture picture = read(paths[i]);
        if (picture.rgb.empty()) {
            std::fprintf(stderr, "png_bench: cannot read %s\n", paths[i]);
            return EXIT_FAILURE;
        }
        compare(picture);
    }
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace gotong::image

int main(int argc, char** argv) { return gotong::image::run(argc - 1, argv + 1); }
