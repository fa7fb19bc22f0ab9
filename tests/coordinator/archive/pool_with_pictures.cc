#include "tests/coordinator/archive/pool_with_pictures.h"

#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "common/bytes.h"
#include "common/crypto/digest.h"

namespace gotong::test {

namespace fs = std::filesystem;

PoolWithPictures::PoolWithPictures(int pictures, const Environment& coordinators,
                                   const std::vector<std::string>& flags)
    : pool(flags, coordinators) {
    pool.add_test_model();
    worker_ = std::make_unique<ScriptedWorker>(pool.channel(), pool.new_invite());
    REQUIRE(worker_->enrol().ok());
    REQUIRE(worker_->connect());
    for (int n = 0; n < pictures; ++n) jobs.push_back(render("apple " + std::to_string(n)));
}

std::string PoolWithPictures::submit(const std::string& prompt) {
    v1::SubmitResponse response;
    REQUIRE(pool.creator()
                .Submit(call_as(pool.operator_token()).get(), a_request(prompt), &response)
                .ok());
    return response.jobs(0).job_id();
}

std::string PoolWithPictures::render(const std::string& prompt) {
    REQUIRE(try_to_render(prompt));
    return submitted.back();
}

bool PoolWithPictures::try_to_render(const std::string& prompt) {
    const auto context = call_as(pool.operator_token());
    context->set_wait_for_ready(false);
    v1::SubmitResponse response;
    if (!pool.creator().Submit(context.get(), a_request(prompt), &response).ok()) return false;
    submitted.push_back(response.jobs(0).job_id());
    const auto offer = worker_->hear_offer();
    const auto ack = offer ? worker_->do_job(*offer) : std::nullopt;
    if (!ack || ack->verdict() != v1::ResultAck::VERDICT_ACCEPTED) return false;
    accepted.push_back(submitted.back());
    return worker_->say_snapshot();
}

v1::Job PoolWithPictures::job(const std::string& id) {
    v1::GetJobRequest request;
    request.set_job_id(id);
    v1::GetJobResponse response;
    REQUIRE(pool.creator().GetJob(call_as(pool.operator_token()).get(), request, &response).ok());
    return response.job();
}

fs::path PoolWithPictures::picture_file(const std::string& id) {
    return blob_in(data(), crypto::to_hex(as_bytes(job(id).picture().sha256())));
}

Finished PoolWithPictures::gotong(std::vector<std::string> words, Environment more) const {
    words.insert(words.begin(), GOTONG_BIN_DIR "/gotong");
    more["GOTONG_HOME"] = (dir_ / "home").string();
    return run(words, more);
}

nlohmann::json PoolWithPictures::json(std::vector<std::string> words) const {
    words.push_back("--json");
    const Finished finished = gotong(std::move(words));
    INFO(finished.out << finished.err);
    return nlohmann::json::parse(finished.out);
}

fs::path blob_in(const fs::path& root, const std::string& hex) {
    return root / "blobs" / hex.substr(0, 2) / hex.substr(2, 2) / hex;
}

void meddle(const fs::path& folder, const std::string& sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder / "gotong.db").c_str(), &database) == SQLITE_OK);
    char* wrong = nullptr;
    sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &wrong);
    INFO((wrong ? wrong : ""));
    REQUIRE(wrong == nullptr);
    REQUIRE(sqlite3_close(database) == SQLITE_OK);
}

void flip_a_byte(const fs::path& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(100);
    const char byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(100);
    stream.put(byte);
    REQUIRE(stream.good());
}

}  // namespace gotong::test
