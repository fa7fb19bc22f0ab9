// What nearly every unit of the engine includes. Precompiled: never included by name.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>
