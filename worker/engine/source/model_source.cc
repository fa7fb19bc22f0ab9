#include "worker/engine/source/model_source.h"

#include <utility>

#include "worker/engine/text/standard_clip.h"

namespace gotong::engine {

Result<ModelSource> ModelSource::open(const std::filesystem::path& path) {
    auto view = model::ModelView::open(path);
    if (!view) return Failure{view.error()};
    ModelSource source(*std::move(view));
    if (!source.view_.checkpoint()) return source;
    if (const auto opened = source.open_checkpoint(); !opened) return Failure{opened.error()};
    return source;
}

Result<> ModelSource::open_checkpoint() {
    auto file = SafetensorsFile::open(view_.folder() / view_.checkpoint_file());
    if (!file) return Failure{file.error()};
    checkpoint_ = std::make_shared<const SafetensorsFile>(*std::move(file));
    auto names = ldm::NameMap::of(*view_.checkpoint());
    if (!names) return Failure{names.error().during(view_.checkpoint_file())};
    names_ = *std::move(names);
    return {};
}

std::string ModelSource::shown(const std::string& path) const {
    return checkpoint_ ? view_.checkpoint_file() + ": " + path : path;
}

Result<ConfigReader> ModelSource::read_config(const std::string& path) const {
    const auto text = view_.config(path);
    if (!text) return Failure{text.error().during(shown(path))};
    return ConfigReader::parse(*text, shown(path));
}

Result<PartWeights> ModelSource::weights(const std::string& part) const {
    if (checkpoint_)
        return PartWeights::from_checkpoint(checkpoint_, view_.checkpoint_file(), *names_, part);
    const auto files = view_.weights(part);
    if (!files) return Failure{files.error()};
    return PartWeights::from_files(view_.folder(), part, *files);
}

Result<ClipTokenizer> ModelSource::tokenizer(const std::string& name) const {
    if (const auto folder = view_.tokenizer(name)) return ClipTokenizer::load(*folder);
    // Each encoder was trained with its own padding.
    const bool open_clip = view_.checkpoint()->base == ldm::Base::sd2 || name == "tokenizer_2";
    return ClipTokenizer::build(
        standard_clip_files(open_clip ? ClipPadding::zero : ClipPadding::end));
}

Result<SchedulerConfig> ModelSource::scheduler() const {
    constexpr const char* kPath = "scheduler/scheduler_config.json";
    const auto text = view_.config(kPath);
    if (!text) return Failure{text.error()};
    auto config = parse_scheduler_config(*text);
    if (!config) return Failure{config.error().during(shown("scheduler"))};
    return config;
}

}  // namespace gotong::engine
