// What is the folder's own, beyond the contract of every blob store: what a crash or a bad disk
// leaves, and who may read the files.
#include "coordinator/blob/folder.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <fstream>

#include "common/crypto/sha256.h"
#include "tests/support/temp_dir.h"

namespace gotong::blob {
namespace {

namespace fs = std::filesystem;

const std::string kBytes(5000, 'b');
const crypto::Digest kName = crypto::sha256(as_bytes(kBytes));

std::size_t files_in(const fs::path& folder) {
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) ++files;
    }
    return files;
}

fs::path file_of(const fs::path& root) {
    const std::string hex = crypto::to_hex(kName);
    return root / hex.substr(0, 2) / hex.substr(2, 2) / hex;
}

TEST_CASE("a kill in the middle of a blob leaves nothing once the folder is opened again") {
    const test::TempDir folder;
    const pid_t child = ::fork();
    if (child == 0) {
        const auto store = open_folder(folder.path());
        const auto writer = (*store)->begin(kName, kBytes.size());
        (void)(*writer)->write(as_bytes(kBytes));
        ::raise(SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    CHECK(files_in(folder.path()) == 1);  // The temporary.
    const auto store = open_folder(folder.path());
    REQUIRE(store);
    CHECK(files_in(folder.path()) == 0);
    CHECK_FALSE((*store)->size(kName));
}

TEST_CASE("a blob outlives the object that stored it") {
    const test::TempDir folder;
    REQUIRE((*open_folder(folder.path()))->put(kName, as_bytes(kBytes)));
    CHECK((*open_folder(folder.path()))->read(kName) == kBytes);
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("bytes that the disk has changed are not handed out as the blob") {
    const test::TempDir folder;
    const auto store = open_folder(folder.path());
    REQUIRE((*store)->put(kName, as_bytes(kBytes)));
    std::fstream(file_of(folder.path()), std::ios::in | std::ios::out).put('x');
    CHECK((*store)->read(kName).error().code == ErrorCode::data_loss);
    fs::resize_file(file_of(folder.path()), 10);
    CHECK((*store)->read(kName).error().code == ErrorCode::data_loss);
}

TEST_CASE("a reader goes on when its blob is removed") {
    const test::TempDir folder;
    const auto store = open_folder(folder.path());
    REQUIRE((*store)->put(kName, as_bytes(kBytes)));
    const auto reader = (*store)->open(kName);
    REQUIRE((*store)->remove(kName));
    std::vector<std::uint8_t> into(kBytes.size());
    CHECK((*reader)->read(into) == kBytes.size());
}

TEST_CASE("pictures are private, so only the owner may read them") {
    const test::TempDir folder;
    const auto store = open_folder(folder / "blobs");
    REQUIRE((*store)->put(kName, as_bytes(kBytes)));
    struct stat status {};
    REQUIRE(::stat(file_of(folder / "blobs").c_str(), &status) == 0);
    CHECK((status.st_mode & 077U) == 0);
    REQUIRE(::stat((folder / "blobs").c_str(), &status) == 0);
    CHECK((status.st_mode & 077U) == 0);
}

TEST_CASE("a folder that cannot be made is refused with its name") {
    const test::TempDir folder;
    std::ofstream(folder / "file") << "x";
    const auto store = open_folder(folder / "file" / "blobs");
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::permission_denied);
    CHECK(store.error().message.find((folder / "file" / "blobs").string()) != std::string::npos);
}

}  // namespace
}  // namespace gotong::blob
