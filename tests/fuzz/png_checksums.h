// Gives a fuzzer's PNG chunks their right checksums, which it cannot guess.
#pragma once

#include <string>

#include "common/bytes.h"

namespace gotong::fuzz {

// The signature, then `chunks` with every whole chunk's checksum put right.
std::string as_png(ByteView chunks);

}  // namespace gotong::fuzz
