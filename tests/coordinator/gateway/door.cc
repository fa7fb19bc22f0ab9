#include "tests/coordinator/gateway/door.h"

#include <algorithm>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cctype>

namespace gotong::gateway {
namespace {

namespace http = boost::beast::http;
namespace net = boost::asio;
using boost::system::error_code;

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

}  // namespace

Door::Door(Limits limits, std::optional<TlsFiles> tls) {
    auto opened = blob::open_folder(folder / "blobs");
    REQUIRE(opened);
    blobs = std::move(*opened);
    inputs = blob::Inputs::open_folder(folder / "inputs").value();
    Services services{.clock = clock,
                      .presigner = presigner,
                      .blobs = *blobs,
                      .picture = [this](JobId id) -> std::optional<Picture> {
                          const auto found = pictures.find(id);
                          if (found == pictures.end()) return std::nullopt;
                          return found->second;
                      },
                      .ready = [this]() -> Result<> {
                          if (not_ready) return Failure{*not_ready};
                          return {};
                      },
                      .inputs = *inputs,
                      .keep_input = [this](const auto& name, std::uint64_t size) -> Result<> {
                          if (no_room) return Failure{*no_room};
                          const std::lock_guard lock(mutex);
                          told_kept[name] = size;
                          return {};
                      },
                      .lost_input =
                          [this](const auto& name) {
                              const std::lock_guard lock(mutex);
                              told_lost.insert(name);
                          }};
    auto started = Gateway::start({"127.0.0.1", 0, std::move(tls), limits}, std::move(services));
    REQUIRE(started);
    gateway = std::move(*started);
}

std::size_t Door::unfinished() const {
    std::ptrdiff_t files = 0;
    for (const char* store : {"blobs", "inputs"}) {
        const std::filesystem::directory_iterator entries(folder / store / "tmp");
        files += std::distance(begin(entries), end(entries));
    }
    return static_cast<std::size_t>(files);
}

Client::Client(const Door& door) {
    socket_.connect({net::ip::address_v4::loopback(), door.port()});
}

void Client::send(std::string_view raw) {
    error_code ignored;
    net::write(socket_, net::buffer(raw), ignored);
}

std::optional<Answer> Client::answer(bool to_head) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    parser.skip(to_head);
    error_code error;
    http::read(socket_, buffer_, parser, error);
    if (error) return std::nullopt;
    Answer answer{parser.get().result_int(), parser.get().body(), {}};
    for (const auto& field : parser.get()) {
        answer.headers[lower(std::string(field.name_string()))] = std::string(field.value());
    }
    return answer;
}

bool Client::is_hung_up() {
    char byte = 0;
    error_code error;
    net::read(socket_, net::buffer(&byte, 1), error);
    return error.failed();
}

std::optional<Answer> Client::request(std::string_view verb, std::string_view target,
                                      std::string_view body) {
    std::string raw = std::string(verb) + " " + std::string(target) + " HTTP/1.1\r\nHost: pool\r\n";
    if (verb == "PUT") raw += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(raw + "\r\n" + std::string(body));
    return answer(verb == "HEAD");
}

std::string put_head(std::string_view target, std::size_t size, std::string_view more) {
    return "PUT " + std::string(target) +
           " HTTP/1.1\r\nHost: pool\r\nContent-Length: " + std::to_string(size) + "\r\n" +
           std::string(more) + "\r\n";
}

}  // namespace gotong::gateway
