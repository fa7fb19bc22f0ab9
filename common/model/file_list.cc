#include "common/model/file_list.h"

#include <algorithm>

#include "common/bytes.h"
#include "common/crypto/sha256.h"

namespace gotong::model {

Digest digest_of(const std::vector<FileDigest>& files) {
    std::vector<std::string> lines;
    for (const FileDigest& file : files) {
        lines.push_back(crypto::to_hex(file.sha256) + "  " + file.path + "\n");
    }
    std::sort(lines.begin(), lines.end());
    crypto::Sha256 hash;
    for (const std::string& line : lines) hash.update(as_bytes(line));
    return hash.finish();
}

}  // namespace gotong::model
