#include "coordinator/store/sqlite/schema.h"

#include <string>

#include "coordinator/store/sqlite/query.h"

namespace gotong::sqlite {
namespace {

constexpr std::int64_t kApplicationId = 0x476f746e;  // "Gotn", in the file's header.

std::int64_t schema_version(Database& database) {
    Query query(database, "PRAGMA user_version");
    return query.next() ? query.take<std::int64_t>() : 0;
}

std::int64_t application_id(Database& database) {
    Query query(database, "PRAGMA application_id");
    return query.next() ? query.take<std::int64_t>() : 0;
}

void apply(Database& database, const char* script, std::int64_t version) {
    const std::string whole = std::string("BEGIN IMMEDIATE;\n") + script +
                              "\nPRAGMA user_version = " + std::to_string(version) +
                              ";\nPRAGMA application_id = " + std::to_string(kApplicationId) +
                              ";\nCOMMIT;";
    database.run(whole.c_str());
}

Result<> require_ours(std::int64_t version, std::int64_t known, std::int64_t application) {
    if (version > 0 && application != kApplicationId) {
        return fail(ErrorCode::failed_precondition, "the file was written by another program");
    }
    if (version <= known) return {};
    return fail(ErrorCode::failed_precondition,
                "a newer Gotong wrote this database (schema " + std::to_string(version) +
                    ", this program knows " + std::to_string(known) +
                    "), and no database is taken back: use that version of Gotong or a later one, "
                    "or another --data folder");
}

std::int64_t known_version() { return static_cast<std::int64_t>(migrations().size()); }

}  // namespace

Result<> migrate(Database& database) {
    const std::int64_t known = known_version();
    std::int64_t version = schema_version(database);
    if (Result<> ours = require_ours(version, known, application_id(database)); !ours) return ours;
    for (; version < known && !database.has_failed(); ++version) {
        apply(database, migrations()[static_cast<std::size_t>(version)], version + 1);
    }
    if (database.has_failed()) {
        return Failure{database.error()->during("bring the database up to date")};
    }
    return {};
}

Result<std::int64_t> require_known(Database& database) {
    const std::int64_t version = schema_version(database);
    const std::int64_t application = application_id(database);
    if (database.has_failed()) return Failure{*database.error()};
    if (Result<> ours = require_ours(version, known_version(), application); !ours) {
        return Failure{ours.error()};
    }
    if (version > 0) return version;
    return fail(ErrorCode::data_loss, "the file holds no pool");
}

}  // namespace gotong::sqlite
