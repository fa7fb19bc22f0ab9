// One use of a prepared statement: bind the parameters in order, step through the rows, take the
// columns in order.
//
//     Query query(database, "SELECT id, name FROM account WHERE row > ?", first);
//     while (query.next()) use(query.take<AccountId>(), query.take<std::string>());
//
// After an error of the database, whenever it happened, there are no rows; take() then gives
// zeroes. Braced initialisers evaluate from left to right, so a struct can be filled in one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/bytes.h"
#include "common/credits.h"
#include "common/ids.h"
#include "common/time.h"
#include "coordinator/store/sqlite/database.h"

namespace gotong::sqlite {

// Only literals: the statement is remembered under this very text, and nothing that anybody typed
// can ever be part of it.
class Sql {
  public:
    template <std::size_t N>
    consteval Sql(const char (&text)[N]) : text_(text, N - 1) {}  // NOLINT: meant to be implicit
    constexpr std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

template <class T>
inline constexpr bool kIsId = false;
template <class Tag>
inline constexpr bool kIsId<Id<Tag>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

class Query {
  public:
    template <class... Values>
    Query(Database& database, Sql sql, const Values&... values)
        : database_(database), statement_(database.prepared(sql.text())) {
        (bind(values), ...);
    }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query() { sqlite3_reset(statement_); }

    bool next();                  // False at the end and after an error.
    void run() { (void)next(); }  // For what returns no rows.

    template <class T>
    T take();

  private:
    template <class T>
    void bind(const T& value);
    void bind_integer(std::int64_t value);
    void bind_double(double value);
    void bind_text(std::string_view value);
    void bind_blob(ByteView value);
    void bind_null();

    std::int64_t take_integer() { return sqlite3_column_int64(statement_, column_++); }
    std::string take_bytes();
    void take_exactly(std::span<std::uint8_t> into);  // data_loss when the sizes differ.

    Database& database_;
    sqlite3_stmt* statement_;  // The database's; null after an error.
    int parameter_ = 0;        // The one bound last; they count from 1.
    int column_ = 0;           // The one to be taken next.
};

// A blob where the column is one: binds bytes, not text.
struct Blob {
    std::string_view bytes;
};

template <class T>
void Query::bind(const T& value) {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
        bind_integer(static_cast<std::int64_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
        bind_double(value);
    } else if constexpr (std::is_same_v<T, WallTime>) {
        bind_integer(value.time_since_epoch().count());
    } else if constexpr (std::is_same_v<T, Credits>) {
        bind_integer(value.micro);
    } else if constexpr (std::is_same_v<T, Blob>) {
        bind_blob(as_bytes(value.bytes));
    } else if constexpr (kIsId<T>) {
        bind_blob(value.bytes);
    } else if constexpr (kIsOptional<T>) {
        value ? bind(*value) : bind_null();
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
        bind_text(value);
    } else {
        bind_blob(value);  // A digest or a key.
    }
}

template <class T>
T Query::take() {
    if constexpr (std::is_same_v<T, bool>) {
        return take_integer() != 0;
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
        return static_cast<T>(take_integer());
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(sqlite3_column_double(statement_, column_++));
    } else if constexpr (std::is_same_v<T, WallTime>) {
        return WallTime{std::chrono::milliseconds{take_integer()}};
    } else if constexpr (std::is_same_v<T, Credits>) {
        return Credits{take_integer()};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return take_bytes();
    } else if constexpr (kIsId<T>) {
        T id;
        take_exactly(id.bytes);
        return id;
    } else if constexpr (kIsOptional<T>) {
        if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) {
            return take<typename T::value_type>();
        }
        ++column_;
        return std::nullopt;
    } else {
        T bytes{};  // A digest or a key.
        take_exactly(bytes);
        return bytes;
    }
}

}  // namespace gotong::sqlite
