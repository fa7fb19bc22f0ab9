#include "coordinator/rpc/links.h"

#include "common/invite/invite.h"
#include "coordinator/rpc/limits.h"

namespace gotong::rpc {
namespace {

// "10.0.0.5:7000" -> "10.0.0.5"; "[::1]:7000" -> "[::1]".
std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

// Letters, digits and the marks of names and addresses: nothing that could change a URL's meaning.
bool is_host(std::string_view host) {
    constexpr std::string_view marks =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
    return !host.empty() && host.size() <= 255 &&
           host.find_first_not_of(marks) == std::string_view::npos;
}

std::string_view host_for(const LinkPolicy& policy, std::string_view authority) {
    if (!policy.http_host.empty()) return policy.http_host;
    const std::string_view host = host_of(authority);
    // Whoever pins our certificate calls us by its name, which is no address.
    if (is_host(host) && host != invite::kPoolCertificateName) return host;
    return policy.fallback_host;
}

}  // namespace

std::string base_url(const LinkPolicy& policy, std::string_view authority) {
    if (!policy.public_url.empty()) return policy.public_url;
    return policy.scheme + "://" + std::string(host_for(policy, authority)) + ":" +
           std::to_string(policy.http_port);
}

std::string Links::upload(const crypto::Digest& sha256, std::uint64_t size) const {
    return base_ + presigner_->put_blob(sha256, size, now_ + kUploadValid);
}

std::string Links::blob(const crypto::Digest& sha256) const {
    return base_ + presigner_->get_blob(sha256, now_ + kPictureValid);
}

std::string Links::picture(JobId job) const {
    return base_ + presigner_->get_picture(job, now_ + kPictureValid);
}

std::string Links::upload_input(const blob::InputName& name, std::uint64_t size) const {
    return base_ + presigner_->put_input(name, size, now_ + kUploadValid);
}

std::string Links::input(const blob::InputName& name) const {
    return base_ + presigner_->get_input(name, now_ + kInputValid);
}

}  // namespace gotong::rpc
