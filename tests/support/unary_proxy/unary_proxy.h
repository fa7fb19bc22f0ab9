// A gRPC proxy on loopback that understands calls and not streams, as some do: an answer is handed
// on when it has ended, and a stream's answer never ends.
//
// Threads: gRPC's. Everything below may be called from any.
#pragma once

#include <atomic>
#include <memory>
#include <string>

namespace grpc {
class Server;
}

namespace gotong::test {

class UnaryProxy {
  public:
    enum class Streams { kept, refused };  // Kept: nobody hears a word.

    // `target`: "127.0.0.1:40123", in the clear.
    UnaryProxy(const std::string& target, Streams streams);
    ~UnaryProxy();
    UnaryProxy(const UnaryProxy&) = delete;
    UnaryProxy& operator=(const UnaryProxy&) = delete;

    std::string address() const;

    // Of every n answers one is lost on its way back: the call was done and seems to have failed.
    void lose_one_answer_of(int n) { lost_of_ = n; }  // 0: none.

    int streams() const { return streams_; }  // Opened so far.
    int calls() const { return calls_; }      // Handed on so far.

  private:
    class Service;
    class Relay;

    bool is_lost() {
        const int of = lost_of_;
        return of > 0 && ++answers_ % of == 0;
    }

    const Streams how_;
    std::atomic<int> lost_of_ = 0;
    std::atomic<int> answers_ = 0;
    std::atomic<int> streams_ = 0;
    std::atomic<int> calls_ = 0;
    int port_ = 0;
    std::unique_ptr<Service> service_;
    std::unique_ptr<grpc::Server> server_;
};

}  // namespace gotong::test
