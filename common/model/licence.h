// Under which licence a model stands, as its own folder says.
#pragma once

#include <filesystem>
#include <string>

namespace gotong::model {

// One line, at most kMaxLicence bytes: from README.md's front matter ("license: ...") or its first
// line or list item that names a licence, else LICENSE's first line, else "not stated".
std::string licence_in(const std::filesystem::path& folder);

}  // namespace gotong::model
