// The catalogue of models, and small settings.
#include <bit>
#include <cstring>

#include "coordinator/store/sqlite/query.h"
#include "coordinator/store/sqlite/transaction.h"

namespace gotong::sqlite {
namespace {

static_assert(std::endian::native == std::endian::little, "floats are stored as they lie");

Blob floats(const std::vector<float>& values) {
    return {{reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)}};
}

std::vector<float> floats_in(const std::string& bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    if (values.empty()) return values;  // Its data() may be null, which memcpy does not take.
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

}  // namespace

void Transaction::put(const store::CatalogueModel& model) {
    Query(database_, "INSERT OR REPLACE INTO model VALUES (?, ?, ?, ?, ?)", model.name,
          model.manifest_json, model.digest, floats(model.preview_matrix),
          floats(model.preview_bias))
        .run();
}

void Transaction::remove_model(std::string_view name) {
    Query(database_, "DELETE FROM model WHERE name = ?", name).run();
}

std::vector<store::CatalogueModel> Transaction::models() {
    Query query(database_, "SELECT * FROM model ORDER BY name");
    std::vector<store::CatalogueModel> models;
    while (query.next()) {
        models.push_back({.name = query.take<std::string>(),
                          .manifest_json = query.take<std::string>(),
                          .digest = query.take<std::string>(),
                          .preview_matrix = floats_in(query.take<std::string>()),
                          .preview_bias = floats_in(query.take<std::string>())});
    }
    return models;
}

void Transaction::put_setting(std::string_view key, std::string_view value) {
    Query(database_, "INSERT OR REPLACE INTO setting VALUES (?, ?)", key, value).run();
}

std::optional<std::string> Transaction::setting(std::string_view key) {
    Query query(database_, "SELECT value FROM setting WHERE key = ?", key);
    if (!query.next()) return std::nullopt;
    return query.take<std::string>();
}

}  // namespace gotong::sqlite
