# Every third party, found once. libtorch is the exception: worker/engine finds it in its own
# scope, because its CMake files damage protobuf's target and its include folder shadows
# protobuf's and fmt's headers.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)

if(GOTONG_POOL)
  find_package(Protobuf REQUIRED)
  find_package(gRPC CONFIG REQUIRED)
  find_package(Boost 1.81 REQUIRED)
  find_package(PNG REQUIRED)
  find_package(JPEG REQUIRED)
  pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp)
  find_package(SQLite3 REQUIRED)
  find_package(spdlog REQUIRED)
  find_package(CLI11 REQUIRED)
  find_package(tomlplusplus REQUIRED)
endif()

if(BUILD_TESTING OR NOT DEFINED BUILD_TESTING)
  find_package(Catch2 3 REQUIRED)
  find_package(rapidcheck REQUIRED)
  include(Catch)
endif()
