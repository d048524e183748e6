// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/submission.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <unistd.h>

using namespace oopsfarm;
namespace fs = std::filesystem;

static std::string message_of(const std::string& text)
{
  const auto parsed = parse_submission(text);
  return parsed ? "" : parsed.error().message;
}

TEST_CASE("api::Submission survives its JSON form")
{
  Submission asked;
  asked.file = "a/job.yaml";
  asked.files = {{"a/job.yaml", "name: j\n", false},
                 {"b/prog",
                  std::string("\x7f"
                              "ELF\0\xff",
                              6),
                  true}};
  asked.seed = 7;
  asked.targets = {"x86_64"};
  asked.priority = -5;
  const auto read = parse_submission(to_json(asked));
  REQUIRE(read.has_value());
  CHECK(read->file == asked.file);
  REQUIRE(read->files.size() == 2);
  CHECK(read->files[1].path == "b/prog");
  CHECK(read->files[1].content == asked.files[1].content);
  CHECK(read->files[1].is_executable);
  CHECK(read->seed == 7U);
  CHECK_FALSE(read->repeat.has_value());
  CHECK(read->targets == asked.targets);
  CHECK(read->priority == -5);
}

TEST_CASE("api::parse_submission refuses what is none, and says why")
{
  const std::string file = R"({"path":"j","text":""})";
  const auto with = [&](const std::string& rest) {
    return R"({"file":"j","files":[)" + file + "]" + rest + "}";
  };
  CHECK(message_of(with("")).empty());
  CHECK(message_of("") == "the body is no JSON object");
  CHECK(message_of("[]") == "the body is no JSON object");
  CHECK(message_of("{\"file\":") == "the body is no JSON object");
  CHECK(message_of("{}") == "'file' is to name one of 'files': the job file");
  CHECK(message_of(with(R"(,"seed":-1)")) == "'seed' is a number from 0 on");
  CHECK(message_of(with(R"(,"repeat":0)")) ==
        "'repeat' is a number from 1 to 1000");
  CHECK(message_of(with(R"(,"repeat":18446744073709551615)")) ==
        "'repeat' is a number from 1 to 1000");
  CHECK(message_of(with(R"(,"priority":101)")) ==
        "'priority' is a number from -100 to 100");
  CHECK(message_of(with(R"(,"targets":["../x"])")) ==
        "'targets' is a list of targets' names");
  CHECK(message_of(with(R"(,"nice":1)")) == "'nice' is no key of a submission");
  CHECK(message_of(R"({"file":"j","files":[)" + file + "," + file + "]}") ==
        "files: 'j' twice");
  CHECK(message_of(R"({"file":"j","files":[{"path":"j","base64":"?"}]})") ==
        "files: 'base64' is no base64");
  for (const char* path : {"/etc/passwd",
                           "../up",
                           "a/../../up",
                           "a//b",
                           ".",
                           "a/",
                           "a\\u0000b",
                           "a\\nb"}) {
    CAPTURE(path);
    const auto text = std::string(R"({"file":"j","files":[{"path":")") + path +
                      R"(","text":""}]})";
    CHECK(message_of(text).find("is no path within the job's folder") !=
          std::string::npos);
  }
}

TEST_CASE("api::write_submission leaves a whole folder or none")
{
  const auto scratch =
      *TempFolder::make(fs::temp_directory_path(), "oopsfarm-unit-");
  Submission asked;
  asked.file = "a/job.yaml";
  asked.files = {{"a/job.yaml", "name: j\n", false}, {"prog", "x", true}};
  const auto folder = scratch.path() / "jobs/id";
  REQUIRE(write_submission(asked, folder));
  CHECK(*read_file(folder / "a/job.yaml") == "name: j\n");
  CHECK(access((folder / "prog").c_str(), X_OK) == 0);
  CHECK(access((folder / "a/job.yaml").c_str(), X_OK) != 0);
  SUBCASE("and does not touch one that stands")
  {
    asked.files[0].content = "other";
    CHECK_FALSE(write_submission(asked, folder).has_value());
    CHECK(*read_file(folder / "a/job.yaml") == "name: j\n");
  }
  SUBCASE("and nothing where a file is in another one's way")
  {
    asked.files.push_back({"prog/below", "", false});
    CHECK_FALSE(
        write_submission(asked, scratch.path() / "jobs/id2").has_value());
    CHECK_FALSE(fs::exists(scratch.path() / "jobs/id2"));
  }
  // No scratch is left.
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry :
       fs::directory_iterator(scratch.path() / "jobs")) {
    ++entries;
  }
  CHECK(entries == 1);
}
