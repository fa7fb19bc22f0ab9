// Enrolments: the pool's word about a key.
#include "common/receipt/enrolment.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "common/crypto/base64.h"
#include "tests/support/receipt/sample.h"

namespace gotong::receipt {
namespace {

nlohmann::json sample_json() {
    return nlohmann::json::parse(enrolment_payload(test::SampleReceipt().enrolment).value());
}

TEST_CASE("an enrolment is read as it was written") {
    const Enrolment enrolment = test::SampleReceipt().enrolment;
    CHECK(parse_enrolment(enrolment_payload(enrolment).value()) == enrolment);
}

TEST_CASE("an enrolment has the documented fields") {
    const Enrolment enrolment = test::SampleReceipt().enrolment;
    const auto json = nlohmann::json::parse(enrolment_payload(enrolment).value());
    CHECK(json["workerPublicKey"] == crypto::base64_encode(enrolment.worker.bytes));
    CHECK(json["account"] == "attic pc");
    CHECK(json["pool"] == "home");
    CHECK(json["notBefore"] == "2026-11-01T00:00:00.000Z");
    CHECK(json["notAfter"] == "2027-01-30T00:00:00.000Z");
}

TEST_CASE("a pool does not enrol under names that do not fit") {
    Enrolment enrolment = test::SampleReceipt().enrolment;
    enrolment.account = std::string(65, 'x');
    CHECK_FALSE(enrolment_payload(enrolment));
    enrolment.account = "\xff";
    CHECK_FALSE(enrolment_payload(enrolment));
    enrolment.account = "fine";
    enrolment.pool = "No Plain Name";
    CHECK_FALSE(enrolment_payload(enrolment));
}

TEST_CASE("an unsound key, a missing field and an odd time are refused by name") {
    auto weak = sample_json();
    weak["workerPublicKey"] = crypto::base64_encode(as_bytes(std::string(32, '\0')));
    CHECK(parse_enrolment(weak.dump()).error().field == "workerPublicKey");
    auto lacking = sample_json();
    lacking.erase("account");
    CHECK(parse_enrolment(lacking.dump()).error().field == "account");
    auto odd = sample_json();
    odd["notAfter"] = "tomorrow";
    CHECK(parse_enrolment(odd.dump()).error().field == "notAfter");
    CHECK_FALSE(parse_enrolment("[]"));
}

}  // namespace
}  // namespace gotong::receipt
