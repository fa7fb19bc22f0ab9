#include "worker/image/metadata.h"

#include "common/sampling/samplers.h"
#include "common/text/decimal.h"

namespace gotong::image {
namespace {

constexpr std::size_t kModelHashDigits = 10;  // As A1111 shortens them.

constexpr const char* kXmp =
    "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
    "<rdf:Description rdf:about=\"\""
    " xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\""
    " Iptc4xmpExt:DigitalSourceType="
    "\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\"/>"
    "</rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";

std::string sampler_label(const std::string& name) {
    const auto* sampler = sampling::sampler_named(name);
    return sampler ? std::string(sampler->a1111) : name;
}

// A schedule that A1111 has no name for goes by ours.
std::string schedule_label(const std::string& name) {
    const auto* schedule = sampling::schedule_named(name);
    return schedule && !schedule->a1111.empty() ? std::string(schedule->a1111) : name;
}

}  // namespace

std::string parameters_text(const Settings& settings) {
    std::string text = settings.prompt + "\n";
    if (!settings.negative_prompt.empty()) {
        text += "Negative prompt: " + settings.negative_prompt + "\n";
    }
    text += "Steps: " + std::to_string(settings.steps);
    text += ", Sampler: " + sampler_label(settings.sampler);
    text += ", Schedule type: " + schedule_label(settings.schedule);
    text += ", CFG scale: " + text::decimal(settings.guidance);
    text += ", Seed: " + std::to_string(settings.seed);
    text += ", Size: " + std::to_string(settings.width) + "x" + std::to_string(settings.height);
    text += ", Model hash: " + crypto::to_hex(settings.model_digest).substr(0, kModelHashDigits);
    text += ", Model: " + settings.model;
    if (settings.strength) text += ", Denoising strength: " + text::decimal(*settings.strength);
    text += ", Version: gotong " + settings.version;
    return text;
}

std::vector<TextChunk> metadata_of(const Settings& settings, bool is_private) {
    std::vector<TextChunk> chunks;
    if (!is_private) chunks.push_back({"parameters", parameters_text(settings)});
    chunks.push_back({"XML:com.adobe.xmp", kXmp});
    return chunks;
}

}  // namespace gotong::image
