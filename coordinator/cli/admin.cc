#include "coordinator/cli/admin.h"

#include <filesystem>

#include "coordinator/cli/place.h"

namespace gotong::cli {

namespace fs = std::filesystem;

Result<std::unique_ptr<AdminStub>> open_admin(const fs::path& data) {
    std::error_code error;
    const fs::path socket = fs::absolute(data, error) / "admin.sock";
    const fs::file_status status = fs::status(socket, error);
    if (error == std::errc::permission_denied)
        return fail(ErrorCode::permission_denied,
                    data.string() + " belongs to another user; only a pool's owner administers it",
                    "data");
    if (status.type() != fs::file_type::socket)
        return fail(ErrorCode::unavailable, "no coordinator serves " + data.string() +
                                                "; give its folder with --data, or start one "
                                                "with `gotong up`");
    const auto channel =
        grpc::CreateChannel("unix:" + socket.string(), grpc::InsecureChannelCredentials());
    return v1::AdminService::NewStub(channel);
}

void AdminCommand::add_options(CLI::App& app) {
    app.add_option("--data", data_, "The pool's data folder (default: that of `gotong up`)");
}

fs::path AdminCommand::data() const {
    return data_.empty() ? default_data_folder() : fs::path{data_};
}

}  // namespace gotong::cli
