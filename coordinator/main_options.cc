#include "coordinator/main_options.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>

#include "common/http/url.h"
#include "common/text/plain_name.h"
#include "common/time.h"

namespace gotong {
namespace {

constexpr int kUsage = 2;
// A thousand pictures of 512x512 in 20 steps: enough for weeks, small enough to notice abuse.
constexpr double kDefaultGrant = 1'000.0;
// Covers a home router's restart. The limits: a worker needs a few seconds to notice that its
// stream broke and to come back; a creator waits at most an hour for a machine that has vanished.
constexpr int kDefaultSessionTtl = 75, kLeastSessionTtl = 10, kMostSessionTtl = 3'600;
// A wedged coordinator is noticed within a minute; a probe costs one connection.
constexpr int kDefaultProbeEvery = 20, kMostProbeEvery = 3'600;
constexpr double kMaxGrant = 1e9;  // Micro-credits of a million accounts still add up in 64 bits.

struct Texts {
    std::string data, listen = "127.0.0.1:7436", http = "127.0.0.1:7437";
    std::string name, public_address, public_url, tls_cert, tls_key;
    std::string log_level = "info", log_format = "text", metrics = "token";
    double grant = kDefaultGrant;
    double keep_pictures = 0.0, keep_jobs = 0.0;  // Days.
    double keep_uploads = 24.0;                   // Hours.
    std::uint32_t upload_quota = 256;             // MiB.
    int session_ttl = kDefaultSessionTtl, probe_every = kDefaultProbeEvery;
};

void declare_retention(CLI::App& app, Texts& texts) {
    app.add_option("--keep-pictures", texts.keep_pictures,
                   "Remove pictures this long after their jobs ended; receipts and credits stay "
                   "(0: never)")
        ->type_name("DAYS")
        ->capture_default_str();
    app.add_option("--keep-jobs", texts.keep_jobs,
                   "Remove prompts this long after their jobs ended (0: never)")
        ->type_name("DAYS")
        ->capture_default_str();
    app.add_option("--keep-uploads", texts.keep_uploads,
                   "How long an upload that no open job names is kept")
        ->type_name("HOURS")
        ->capture_default_str();
    app.add_option("--upload-quota", texts.upload_quota, "Room for each account's uploads")
        ->type_name("MIB")
        ->capture_default_str();
}

void declare(CLI::App& app, Texts& texts) {
    app.add_option("--data", texts.data, "Folder of everything the pool remembers; made if missing")
        ->required()
        ->type_name("DIR");
    app.add_option("--listen", texts.listen,
                   "Where creators and workers reach gRPC; port 0: a free one")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    app.add_option("--http", texts.http,
                   "Where pictures are uploaded and fetched; port 0: a free one")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    app.add_option("--name", texts.name,
                   "The pool's name in invites and receipts, chosen on its first start for good "
                   "(default: a random one)");
    app.add_option("--grant", texts.grant, "Credits that every new account starts with")
        ->type_name("CREDITS")
        ->capture_default_str();
    app.add_option("--public-address", texts.public_address,
                   "What workers outside call --listen; needed behind a router or proxy")
        ->type_name("HOST:PORT");
    app.add_option("--public-url", texts.public_url,
                   "What others outside call --http; needed behind a router or proxy")
        ->type_name("URL");
    app.add_option("--session-ttl", texts.session_ttl,
                   "How long a worker may be silent before its jobs go to others; it reports "
                   "several times within that")
        ->type_name("SECONDS")
        ->check(CLI::Range(kLeastSessionTtl, kMostSessionTtl))
        ->capture_default_str();
    app.add_option("--metrics", texts.metrics,
                   "Who may read /metrics on --http: whoever shows the token in DIR/metrics.token, "
                   "everybody (open), nobody (off)")
        ->type_name("token|open|off")
        ->check(CLI::IsMember({"token", "open", "off"}))
        ->capture_default_str();
    app.add_option("--probe-every", texts.probe_every,
                   "How often the coordinator asks its own gRPC port whether it answers; it ends "
                   "with exit code 3 after three failures in a row; 0: never")
        ->type_name("SECONDS")
        ->check(CLI::Range(0, kMostProbeEvery))
        ->capture_default_str();
    app.add_option("--tls-cert", texts.tls_cert, "Certificate chain to serve with, PEM")
        ->type_name("FILE");
    app.add_option("--tls-key", texts.tls_key, "Its private key, PEM")->type_name("FILE");
    declare_retention(app, texts);
    app.add_option("--log-level", texts.log_level, "debug, info, warn, error or off")
        ->capture_default_str();
    app.add_option("--log-format", texts.log_format, "text or json")->capture_default_str();
    app.set_version_flag("--version", "gotong-coordinator " GOTONG_VERSION);
    app.footer(
        "Examples:\n"
        "  gotong-coordinator --data ~/pool\n"
        "  gotong-coordinator --data /var/lib/gotong --listen 0.0.0.0:7436 --http 0.0.0.0:7437 \\\n"
        "      --name harbour --public-address pool.example:7436 --public-url "
        "https://pool.example:7437\n"
        "\n"
        "Off loopback it always speaks TLS; without --tls-cert it makes a certificate for itself,\n"
        "which every invite pins. Stop it with SIGTERM or Ctrl-C.\n"
        "Exit codes: 0 stopped as asked, 1 could not start or go on, 2 wrong usage,\n"
        "3 its gRPC port no longer answers: start it again.");
}

Result<> read_addresses(const Texts& texts, Options& options) {
    auto listen = boot::parse_address(texts.listen, "listen");
    if (!listen) return Failure(listen.error());
    auto http = boot::parse_address(texts.http, "http");
    if (!http) return Failure(http.error());
    options.listen = *std::move(listen);
    options.http = *std::move(http);
    if (texts.public_address.empty()) return {};
    const auto outside = boot::parse_address(texts.public_address, "public-address");
    if (!outside) return Failure(outside.error());
    options.public_address = outside->text();
    return {};
}

Result<std::string> read_public_url(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    if (url.empty()) return url;
    if (const auto parsed = http::parse_url(url); parsed) return url;
    return fail(ErrorCode::invalid_argument,
                "--public-url takes an http or https address, as https://pool.example",
                "public-url");
}

// A duration in some unit; `least` and `most` in the same.
Result<std::chrono::milliseconds> read_duration(double value, double least, double most,
                                                std::chrono::milliseconds unit, const char* flag,
                                                const char* range) {
    if (value >= least && value <= most) {
        return std::chrono::milliseconds{std::llround(value * static_cast<double>(unit.count()))};
    }
    return fail(ErrorCode::invalid_argument, std::string("--") + flag + " takes " + range, flag);
}

Result<Retention> read_retention(const Texts& texts) {
    constexpr double kCentury = 36'500.0;  // Days.
    constexpr const char* kDays = "0 to 36500 days; 0 keeps them for ever";
    const auto pictures =
        read_duration(texts.keep_pictures, 0.0, kCentury, 24h, "keep-pictures", kDays);
    if (!pictures) return Failure(pictures.error());
    const auto jobs = read_duration(texts.keep_jobs, 0.0, kCentury, 24h, "keep-jobs", kDays);
    if (!jobs) return Failure(jobs.error());
    const auto uploads = read_duration(texts.keep_uploads, 1.0, kCentury * 24.0, 1h, "keep-uploads",
                                       "1 to 876000 hours");
    if (!uploads) return Failure(uploads.error());
    constexpr std::uint32_t kLeastQuota = 16;  // MiB: one file of the largest size.
    if (texts.upload_quota < kLeastQuota) {
        return fail(ErrorCode::invalid_argument,
                    "--upload-quota takes 16 MiB or more, the size of the largest upload",
                    "upload-quota");
    }
    return Retention{.keep_pictures = *pictures,
                     .keep_jobs = *jobs,
                     .keep_uploads = *uploads,
                     .upload_quota = std::uint64_t{texts.upload_quota} << 20U};
}

Result<Options> check(const Texts& texts) {
    Options options;
    options.data = texts.data;
    if (auto read = read_addresses(texts, options); !read) return Failure(read.error());
    auto url = read_public_url(texts.public_url);
    if (!url) return Failure(url.error());
    options.public_url = *std::move(url);
    if (!texts.name.empty() && !text::is_plain_name(texts.name)) {
        return fail(
            ErrorCode::invalid_argument,
            "--name takes 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or "
            "digit",
            "name");
    }
    options.pool_name = texts.name;
    if (!(texts.grant >= 0.0 && texts.grant <= kMaxGrant)) {
        return fail(ErrorCode::invalid_argument, "--grant takes 0 to 1000000000 credits", "grant");
    }
    options.grant = {std::llround(texts.grant * 1e6)};
    options.metrics = texts.metrics == "open"  ? Metrics::open
                      : texts.metrics == "off" ? Metrics::off
                                               : Metrics::token;
    options.probe_every = std::chrono::seconds{texts.probe_every};
    const auto retention = read_retention(texts);
    if (!retention) return Failure(retention.error());
    options.retention = *retention;
    options.session_ttl = std::chrono::seconds{texts.session_ttl};
    options.tls = {.certificate = texts.tls_cert, .key = texts.tls_key};
    const auto level = log::parse_level(texts.log_level);
    if (!level) return Failure(level.error());
    const auto format = log::parse_format(texts.log_format);
    if (!format) return Failure(format.error());
    options.log_level = *level;
    options.log_format = *format;
    return options;
}

}  // namespace

Invocation read_command_line(int argc, char** argv) {
    CLI::App app(
        "The coordinator of a Gotong pool: takes jobs, gives them to workers, keeps the books.",
        "gotong-coordinator");
    Texts texts;
    declare(app, texts);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return {.options = {}, .exit_code = app.exit(error) == 0 ? 0 : kUsage};
    }
    auto options = check(texts);
    if (options) return {.options = *std::move(options)};
    std::cerr << "gotong-coordinator: " << options.error().message << "\n";
    return {.options = {}, .exit_code = kUsage};
}

}  // namespace gotong
