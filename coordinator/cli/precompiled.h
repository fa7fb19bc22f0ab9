// The headers that cost most, compiled once for this folder: a command is a hundred lines of ours
// and half a million of theirs. No source relies on this; each includes what it uses.
#pragma once

#include <fmt/core.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "gotong/v1/admin.grpc.pb.h"
#include "gotong/v1/creator.grpc.pb.h"
