// EXIF's orientation: how a camera was held. Private to this folder.
#pragma once

#include "common/picture/decode/decode.h"

namespace gotong::picture {

// 1 is upright; 2 to 8 are EXIF's other numbers.
using Orientation = int;
inline constexpr Orientation kUpright = 1;

// Of a JPEG file's APP1 marker, its "Exif" and two zero bytes included. Upright where it does not
// say, or not in a way that makes sense.
Orientation orientation_in(ByteView app1);

// The size that is seen.
Size turned(const Size& stored, Orientation orientation);

// As it is to be seen.
Picture upright(Picture stored, Orientation orientation);

}  // namespace gotong::picture
