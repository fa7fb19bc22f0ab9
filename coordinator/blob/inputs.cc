#include "coordinator/blob/inputs.h"

#include <string>
#include <utility>

#include "common/picture/format.h"
#include "coordinator/blob/blob_file.h"
#include "coordinator/blob/look.h"

namespace gotong::blob {
namespace {

namespace fs = std::filesystem;

fs::path path_in(const fs::path& root, const InputName& name) {
    return root / name.account.to_hex() / crypto::to_hex(name.sha256);
}

// Files of one account; what is not named as we name is left alone.
void list_account(const fs::path& folder, AccountId account, std::vector<InputName>& names) {
    std::error_code failed;
    for (const auto& file : fs::directory_iterator(folder, failed)) {
        const auto sha256 = crypto::digest_from_hex(file.path().filename().string());
        if (sha256) names.push_back({account, *sha256});
    }
}

}  // namespace

Result<std::unique_ptr<Inputs>> Inputs::open_folder(const fs::path& root) {
    if (Result<> made = make_root(root); !made) return Failure{made.error()};
    return std::unique_ptr<Inputs>(new Inputs(root));
}

fs::path Inputs::path_of(const InputName& name) const { return path_in(root_, name); }

Result<std::unique_ptr<Writer>> Inputs::begin(const InputName& name, std::uint64_t size) {
    if (size > picture::kMaxFileBytes) {
        return fail(ErrorCode::invalid_argument, "a picture to begin with has at most " +
                                                     std::to_string(picture::kMaxFileBytes) +
                                                     " bytes, this one " + std::to_string(size));
    }
    return begin_file(root_ / "tmp" / std::to_string(++next_temporary_), path_of(name), name.sha256,
                      size);
}

std::optional<std::uint64_t> Inputs::size(const InputName& name) const {
    return size_of_file(path_of(name));
}

Result<std::unique_ptr<Reader>> Inputs::open(const InputName& name) const {
    return open_file(path_of(name), name.sha256);
}

Result<> Inputs::remove(const InputName& name) { return remove_file(path_of(name)); }

std::vector<InputName> Inputs::list() const { return inputs_in(root_); }

Result<std::unique_ptr<Reader>> open_input(const fs::path& root, const InputName& name) {
    return open_file(path_in(root, name), name.sha256);
}

std::vector<InputName> inputs_in(const fs::path& root) {
    std::vector<InputName> names;
    std::error_code failed;
    for (const auto& folder : fs::directory_iterator(root, failed)) {
        const auto account = AccountId::from_hex(folder.path().filename().string());
        if (account) list_account(folder.path(), *account, names);
    }
    return names;
}

}  // namespace gotong::blob
