#include "coordinator/boot/process.h"

#include <netdb.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace gotong::boot {
namespace {

struct FreeAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

sigset_t stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

// The system's error for binding and listening there; 0 when it works now.
int try_to_listen(const addrinfo& address) {
    const int fd = socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0);
    if (fd < 0) return errno;
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const bool works = bind(fd, address.ai_addr, address.ai_addrlen) == 0 && listen(fd, 1) == 0;
    const int error = works ? 0 : errno;
    close(fd);
    return error;
}

}  // namespace

void prepare_process() {
    umask(0077);
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

void hold_signals() {
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

std::string wait_for_stop() {
    const sigset_t signals = stop_signals();
    int number = 0;
    sigwait(&signals, &number);
    return number == SIGINT ? "SIGINT" : "SIGTERM";
}

std::string why_not_listening(const Address& address, const std::string& flag) {
    const std::string where = "cannot listen on " + address.text() + ": ";
    const std::string choose = "; choose another with --" + flag;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* raw = nullptr;
    const std::string port = std::to_string(address.port);
    if (const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &raw)) {
        return where + gai_strerror(error) + choose;
    }
    const std::unique_ptr<addrinfo, FreeAddresses> list(raw);
    const int error = try_to_listen(*list);
    if (error == EADDRINUSE) return where + "another program uses this port" + choose;
    return where + std::generic_category().message(error) + choose;
}

}  // namespace gotong::boot
