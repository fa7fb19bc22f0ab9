#include "tests/support/network/two_hosts.h"

#include <unistd.h>

#include <stdexcept>

#include "tests/support/process.h"

namespace gotong::test {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kPoolEnd = "gotong-p";  // Each end of the cable has a namespace to itself.
constexpr const char* kWorkerEnd = "gotong-w";

void must(const Words& command) {
    const Finished finished = run(command);
    if (finished.status != 0) throw std::runtime_error(command.front() + ": " + finished.err);
}

Words joined(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

void set_up(const std::string& space, const char* end, const std::string& address) {
    must({"ip", "-n", space, "addr", "add", address + "/30", "dev", end});
    must({"ip", "-n", space, "link", "set", end, "up"});
    must({"ip", "-n", space, "link", "set", "lo", "up"});
}

}  // namespace

std::string TwoHosts::why_not() {
    const std::string probe = "gotong-probe-" + std::to_string(::getpid());
    const Finished made = run({"ip", "netns", "add", probe});
    if (made.status != 0)
        return "no network namespace can be made here (" + made.err +
               "); the fault proxy's tests "
               "cover what this one would";
    const Finished filtered = run({"ip", "netns", "exec", probe, "iptables", "-L", "-n"});
    run({"ip", "netns", "del", probe});
    return filtered.status == 0 ? "" : "no iptables in a network namespace: " + filtered.err;
}

TwoHosts::TwoHosts()
    : pool_("gotong-pool-" + std::to_string(::getpid())),
      worker_("gotong-worker-" + std::to_string(::getpid())) {
    must({"ip", "netns", "add", pool_});
    must({"ip", "netns", "add", worker_});
    must({"ip", "link", "add", kPoolEnd, "netns", pool_, "type", "veth", "peer", "name", kWorkerEnd,
          "netns", worker_});
    set_up(pool_, kPoolEnd, kPoolAddress);
    set_up(worker_, kWorkerEnd, kWorkerAddress);
}

TwoHosts::~TwoHosts() {
    run({"ip", "netns", "del", pool_});
    run({"ip", "netns", "del", worker_});
}

void TwoHosts::unplug() const { must({"ip", "-n", pool_, "link", "set", kPoolEnd, "down"}); }

void TwoHosts::lose_up() const {
    must(joined(on_pool(), {"iptables", "-A", "INPUT", "-s", kWorkerAddress, "-j", "DROP"}));
}

void TwoHosts::lose_down() const {
    must(joined(on_worker(), {"iptables", "-A", "INPUT", "-s", kPoolAddress, "-j", "DROP"}));
}

void TwoHosts::heal() const {
    must({"ip", "-n", pool_, "link", "set", kPoolEnd, "up"});
    for (const Words& host : {on_pool(), on_worker()}) must(joined(host, {"iptables", "-F"}));
}

}  // namespace gotong::test
