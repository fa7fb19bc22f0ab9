# How a folder becomes a target. One folder, one static library, one namespace.

# Flags for our own code only; nothing here reaches a dependency.
add_library(gotong_flags INTERFACE)
target_include_directories(gotong_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(gotong_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough
  -fstack-protector-strong
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
target_compile_definitions(gotong_flags INTERFACE _GLIBCXX_ASSERTIONS)

# gotong_library([folder] SOURCES <file>... [USES <folder>...] [LINKS <target>...] [HIDES <target>...])
#
# Call it in the folder's own CMakeLists.txt, with the folder's path from the top. USES names the
# folders of ours that it may include, and is the only way to reach them; LINKS names what comes
# from outside and shows in the folder's headers, HIDES what only its sources need.
function(gotong_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LINKS;HIDES")
  string(REPLACE "/" "_" name "gotong_${folder}")
  list(TRANSFORM arg_USES REPLACE "/" "_")
  list(TRANSFORM arg_USES PREPEND "gotong_")
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC gotong_flags ${arg_USES} ${arg_LINKS} PRIVATE ${arg_HIDES})
endfunction()

# gotong_binary(<name> SOURCES <file>... [USES <folder>...] [LINKS <target>...])
function(gotong_binary name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LINKS")
  list(TRANSFORM arg_USES REPLACE "/" "_")
  list(TRANSFORM arg_USES PREPEND "gotong_")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE gotong_flags ${arg_USES} ${arg_LINKS})
endfunction()

# gotong_test(<folder> SOURCES <file>... [USES <folder>...] [LINKS <target>...] [LABELS <label>...])
#
# One test program per folder under test: tests/<folder> tests <folder>. Every TEST_CASE becomes
# one ctest entry, skipped where it says SKIP. The label `threads` is for what several threads
# share: those programs are built by the target threaded_tests, for ThreadSanitizer.
add_custom_target(threaded_tests)
function(gotong_test folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LINKS;LABELS")
  string(REPLACE "/" "_" name "test_${folder}")
  list(TRANSFORM arg_USES REPLACE "/" "_")
  list(TRANSFORM arg_USES PREPEND "gotong_")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_compile_definitions(${name} PRIVATE
    GOTONG_SOURCE_DIR="${PROJECT_SOURCE_DIR}" GOTONG_BIN_DIR="${PROJECT_BINARY_DIR}/bin")
  target_link_libraries(${name} PRIVATE gotong_flags ${arg_USES} ${arg_LINKS} Catch2::Catch2WithMain)
  if("threads" IN_LIST arg_LABELS)
    add_dependencies(threaded_tests ${name})
  endif()
  set(properties SKIP_RETURN_CODE 4)
  if(arg_LABELS)
    list(APPEND properties LABELS "${arg_LABELS}")  # An empty one would take the next word.
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${folder}: " DISCOVERY_MODE PRE_TEST
    PROPERTIES ${properties})
endfunction()

# Adds every direct subfolder that has a CMakeLists.txt; with names, those of them that exist.
function(gotong_add_subdirectories)
  set(folders ${ARGN})
  if(NOT folders)
    file(GLOB lists RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS */CMakeLists.txt)
    list(TRANSFORM lists REPLACE "/CMakeLists.txt" "" OUTPUT_VARIABLE folders)
  endif()
  foreach(folder IN LISTS folders)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()
