// A renderer that behaves as the prompt tells it to: the daemon's side is tested against every way
// in which a child can go wrong. Speaks the frames by hand, so that a fault in the daemon's framing
// cannot hide in shared code.
#include <gotong/v1/renderer.pb.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <thread>

namespace {

using gotong::v1::RendererCommand;
using gotong::v1::RendererEvent;

constexpr int kSocket = 3;

void write_all(const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t n = ::write(kSocket, bytes.data() + sent, bytes.size() - sent);
        if (n <= 0) std::_Exit(9);
        sent += static_cast<std::size_t>(n);
    }
}

void write_length(std::uint32_t size) {
    std::string bytes(4, '\0');
    std::memcpy(bytes.data(), &size, 4);  // Little-endian machines only, as all that we build for.
    write_all(bytes);
}

void say(const RendererEvent& event) {
    const std::string bytes = event.SerializeAsString();
    write_length(static_cast<std::uint32_t>(bytes.size()));
    write_all(bytes);
}

std::string read_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t got = 0; got < size;) {
        const ssize_t n = ::read(kSocket, bytes.data() + got, size - got);
        if (n <= 0) std::_Exit(0);
        got += static_cast<std::size_t>(n);
    }
    return bytes;
}

RendererCommand listen() {
    std::uint32_t size = 0;
    std::memcpy(&size, read_bytes(4).data(), 4);
    RendererCommand command;
    command.ParseFromString(read_bytes(size));
    return command;
}

void say_ready() {
    RendererEvent event;
    event.mutable_ready()->set_engine("scripted 1.2.3");
    event.mutable_ready()->set_device("cpu");
    event.mutable_ready()->set_memory_bytes(1234);
    say(event);
}

void say_failed(std::uint64_t tag, std::uint32_t code, const std::string& message) {
    RendererEvent event;
    event.set_tag(tag);
    event.mutable_failed()->set_code(code);
    event.mutable_failed()->set_message(message);
    say(event);
}

void say_progress(std::uint64_t tag) {
    RendererEvent event;
    event.set_tag(tag);
    event.mutable_progress()->set_phase(RendererEvent::PHASE_DENOISING);
    event.mutable_progress()->set_step(1);
    event.mutable_progress()->set_steps(2);
    say(event);
}

void say_done(std::uint64_t tag, const RendererCommand::Render& render, std::uint32_t extra_rows) {
    RendererEvent event;
    event.set_tag(tag);
    auto& picture = *event.mutable_done()->mutable_picture();
    picture.set_width(render.width());
    picture.set_height(render.height() + extra_rows);
    picture.set_rgb(std::string(std::size_t{3} * render.width() * render.height(), '\x20'));
    event.mutable_done()->set_trajectory_root(std::string(32, '\x11'));
    event.mutable_done()->set_trajectory_leaves(render.steps() + 1);
    if (render.prompt() == "tiles") event.mutable_done()->add_notes("vae-tiling=64/0.25");
    if (render.prompt() == "long notes") event.mutable_done()->add_notes(std::string(65, 'x'));
    say(event);
}

void say_loaded(double load_ms) {
    RendererEvent event;
    auto& model = *event.mutable_loaded()->add_models();
    model.set_model_dir("/models/emoji");
    model.set_load_ms(load_ms);
    say(event);
}

// True the first time only; the file lies where the job says.
bool is_first_time(const std::string& file) {
    if (std::ifstream{file}.good()) return false;
    std::ofstream{file} << "was here";
    return true;
}

// Jobs that are kept until somebody says "release".
std::map<std::uint64_t, RendererCommand::Render>& held() {
    static std::map<std::uint64_t, RendererCommand::Render> jobs;
    return jobs;
}

void release() {
    for (const auto& [tag, render] : held()) say_done(tag, render, 0);
    held().clear();
}

std::string spelled(const RendererCommand::Render& render) {
    if (!render.has_original()) return "none";
    const auto& original = render.original();
    return original.picture() + " " + original.mask() + " " + std::to_string(original.strength()) +
           " " + original.strength_rule();
}

void obey(std::uint64_t tag, const RendererCommand::Render& render) {
    const std::string& what = render.prompt();
    if (what == "crash once" && is_first_time(render.model_dir() + "/crashed")) std::raise(SIGKILL);
    if (what == "crash") std::raise(SIGKILL);
    if (what == "exit") std::_Exit(7);
    if (what == "garbage") {
        write_length(3);
        write_all("\xff\xff\xff");
    }
    if (what == "huge") write_length(0x7fffffff);
    if (what == "half a frame") {
        write_length(100);
        write_all("abc");
    }
    if (what == "hold" || (what == "hold once" && is_first_time(render.model_dir() + "/held"))) {
        held().emplace(tag, render);
        return say_progress(tag);
    }
    if (what == "release") release();
    if (what == "load") say_loaded(1'500.2);
    if (what == "load wrongly") say_loaded(-1e300);
    if (what == "tell the original") return say_failed(tag, 13, spelled(render));
    if (what == "out of memory") return say_failed(tag, 8, "no memory for the picture");
    if (what == "wrong size") return say_done(tag, render, 1);
    if (what == "late words") say_failed(tag + 1000, 13, "about another job");
    if (what == "cancel me") {
        say_progress(tag);
        const RendererCommand next = listen();
        return say_failed(tag, next.has_cancel() && next.tag() == tag ? 1 : 13, "cancelled");
    }
    if (what == "wedge") {
        say_progress(tag);
        say_progress(tag);
        std::this_thread::sleep_for(std::chrono::minutes{5});
    }
    if (what == "hang" || what == "half a frame" || what == "garbage" || what == "huge")
        std::this_thread::sleep_for(std::chrono::minutes{5});
    say_progress(tag);
    say_done(tag, render, 0);
    if (what == "paint, then end") std::_Exit(0);
}

void cancel(std::uint64_t tag) {
    if (held().erase(tag) > 0) say_failed(tag, 1, "cancelled");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2 || std::string{argv[1]} != "serve") return 2;
    const char* const mood = std::getenv("SCRIPTED_RENDERER");
    if (mood != nullptr && std::string{mood} == "never ready") ::pause();
    if (mood != nullptr && std::string{mood} == "exit at once") return 5;
    say_ready();
    while (true) {
        const RendererCommand command = listen();
        if (command.has_render()) obey(command.tag(), command.render());
        if (command.has_cancel()) cancel(command.tag());
    }
}
