# cmake -DFOLDER=<checkout> -DOUT=<file.cc> -P WriteCommit.cmake
#
# Writes a source file that says which commit the checkout is at, "-dirty" when files differ from it
# and "unknown" without a repository. A file that says so already stays as it is.
execute_process(COMMAND git describe --always --abbrev=40 --dirty --exclude=*
  WORKING_DIRECTORY ${FOLDER} OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT commit MATCHES "^[0-9a-f]+(-dirty)?$")
  set(commit unknown)
endif()
set(text "#include \"worker/renderer/protocol/commit.h\"\n\n\
namespace gotong::renderer {\n\n\
std::string_view commit() { return \"${commit}\"; }\n\n\
}  // namespace gotong::renderer\n")
set(before "")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${OUT} "${text}")
endif()
