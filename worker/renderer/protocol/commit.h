// Which sources this program was built from: receipts name it. Written by the build
// (deploy/cmake/WriteCommit.cmake).
#pragma once

#include <string_view>

namespace gotong::renderer {

// 40 hexadecimal digits, with "-dirty" when files differed from that commit; "unknown" when the
// sources were no repository.
std::string_view commit();

}  // namespace gotong::renderer
