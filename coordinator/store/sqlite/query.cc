#include "coordinator/store/sqlite/query.h"

#include <algorithm>

namespace gotong::sqlite {

bool Query::next() {
    if (statement_ == nullptr || database_.has_failed()) return false;
    column_ = 0;
    const int stepped = sqlite3_step(statement_);
    database_.note(stepped);
    return stepped == SQLITE_ROW;
}

// The caller's bytes outlive the query's steps, except for a temporary's; copying them is cheap
// next to the write.
void Query::bind_text(std::string_view value) {
    if (statement_ == nullptr) return;
    // An empty view may hold a null pointer, which SQLite would take for NULL.
    database_.note(sqlite3_bind_text64(statement_, ++parameter_,
                                       value.data() == nullptr ? "" : value.data(), value.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind_blob(ByteView value) {
    if (statement_ == nullptr) return;
    constexpr std::uint8_t kNothing = 0;
    database_.note(sqlite3_bind_blob64(statement_, ++parameter_,
                                       value.empty() ? &kNothing : value.data(), value.size(),
                                       SQLITE_TRANSIENT));
}

void Query::bind_integer(std::int64_t value) {
    if (statement_ == nullptr) return;
    database_.note(sqlite3_bind_int64(statement_, ++parameter_, value));
}

void Query::bind_double(double value) {
    if (statement_ == nullptr) return;
    database_.note(sqlite3_bind_double(statement_, ++parameter_, value));
}

void Query::bind_null() {
    if (statement_ == nullptr) return;
    database_.note(sqlite3_bind_null(statement_, ++parameter_));
}

std::string Query::take_bytes() {
    const int column = column_++;
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

void Query::take_exactly(std::span<std::uint8_t> into) {
    const std::string bytes = take_bytes();
    if (bytes.size() != into.size()) {
        return database_.fail_with(
            ErrorCode::data_loss, "a column of the database holds " + std::to_string(bytes.size()) +
                                      " bytes in the place of " + std::to_string(into.size()));
    }
    std::copy(bytes.begin(), bytes.end(), into.begin());
}

}  // namespace gotong::sqlite
