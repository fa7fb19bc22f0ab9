// A gateway that answers one request after the other as a test scripted it, on a bare socket.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>
#include <vector>

namespace gotong::link {

// "HTTP/1.1 200 OK" and the body; `missing` bytes of it are never sent, as when a connection is
// cut.
inline std::string answer(const std::string& status, const std::string& body,
                          std::size_t missing = 0) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body.substr(0, body.size() - missing);
}

class FileServer {
  public:
    using tcp = boost::asio::ip::tcp;

    // Each answer is one connection's; "" keeps it open without a word until the server goes.
    explicit FileServer(std::vector<std::string> answers) : answers_(std::move(answers)) {}
    ~FileServer() {
        stopping_ = true;
        tcp::socket last{io_};
        boost::system::error_code ignored;
        last.connect(acceptor_.local_endpoint(), ignored);  // Wakes accept().
    }
    FileServer(const FileServer&) = delete;
    FileServer& operator=(const FileServer&) = delete;

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) +
               "/inputs/ana/ab?sig=1";
    }
    std::size_t requests() const { return requests_; }

  private:
    void serve() {
        std::vector<tcp::socket> kept;
        for (const std::string& answer : answers_) {
            tcp::socket socket = acceptor_.accept();
            if (stopping_) return;
            std::string request;
            boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n");
            ++requests_;
            if (!request.starts_with("GET /inputs/ana/ab?sig=1 HTTP/1.1\r\n")) return;
            if (answer.empty()) {
                kept.push_back(std::move(socket));
            } else {
                boost::asio::write(socket, boost::asio::buffer(answer));
            }
        }
        while (!stopping_) kept.push_back(acceptor_.accept());
    }

    const std::vector<std::string> answers_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> requests_{0};
    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::jthread thread_{[this] { serve(); }};
};

}  // namespace gotong::link
