// libsodium's start, for this folder's sources only.
#pragma once

namespace gotong::crypto {

// Must run before the first random byte, key or secret memory. Cheap after the first call; any
// thread.
void ensure_sodium();

}  // namespace gotong::crypto
