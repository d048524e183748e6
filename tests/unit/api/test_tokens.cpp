// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/client.h"
#include "api/http_server.h"
#include "api/tokens.h"
#include "sys/file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
namespace fs = std::filesystem;

TEST_CASE("api::tokens are kept as hashes, and found by what was handed out")
{
  const auto folder = *TempFolder::make(fs::temp_directory_path(), "tokens-");
  const auto file = folder.path() / "tokens.json";
  CHECK(read_tokens(file)->empty());
  const auto alice = add_token(file, "alice", Role::submit);
  const auto root = add_token(file, "root", Role::admin);
  REQUIRE(alice);
  REQUIRE(root);
  CHECK(*alice != *root);
  CHECK(alice->size() == root->size());
  CHECK(read_file(file)->find(alice->substr(9)) == std::string::npos);

  auto tokens = *read_tokens(file);
  REQUIRE(tokens.size() == 2);
  CHECK(find_token(tokens, *alice)->name == "alice");
  CHECK(find_token(tokens, *alice)->role == Role::submit);
  CHECK(find_token(tokens, *root)->role == Role::admin);
  CHECK_FALSE(find_token(tokens, ""));
  CHECK_FALSE(find_token(tokens, "alice"));
  CHECK_FALSE(find_token(tokens, tokens[0].hash));
  CHECK_FALSE(find_token(tokens, alice->substr(0, alice->size() - 1)));
  CHECK_FALSE(find_token(tokens, *alice + "0"));

  CHECK(add_token(file, "alice", Role::admin).error().fault == Fault::user);
  for (const auto* bad : {"", "a b", "../a", "a\nb"}) {
    CHECK(add_token(file, bad, Role::submit).error().fault == Fault::user);
  }
  REQUIRE(remove_token(file, "alice"));
  CHECK(remove_token(file, "alice").error().fault == Fault::user);
  CHECK_FALSE(find_token(*read_tokens(file), *alice));
  CHECK(find_token(*read_tokens(file), *root));
}

TEST_CASE("api::read_tokens refuses what it did not write")
{
  const auto folder = *TempFolder::make(fs::temp_directory_path(), "tokens-");
  const auto file = folder.path() / "tokens.json";
  for (const auto* text :
       {"",
        "{}",
        "[1]",
        R"([{"name": "a", "role": "king", "sha256": "x"}])",
        R"([{"name": "a/b", "role": "submit", "sha256": "x"}])",
        R"([{"name": "a", "role": "submit"}])"}) {
    REQUIRE(write_file(file, text));
    const auto read = read_tokens(file);
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find("tokens.json") != std::string::npos);
  }
}

TEST_CASE("api::HttpServer on TCP answers those who have a token")
{
  HttpRequest last;
  std::size_t asked = 0;
  const auto server = HttpServer::start(
      TcpAddress{"127.0.0.1", 0},
      [](const std::string& token) {
        return token == "good" ? std::optional(HttpClient{"alice", true})
                               : std::nullopt;
      },
      [&](const HttpRequest& request) {
        last = request;
        ++asked;
        return HttpResponse{200, "text/plain", "hello"};
      });
  REQUIRE(server);
  DaemonAddress address;
  address.url = "http://127.0.0.1:" + std::to_string(server->port());
  const auto status = [&](const char* token, const char* path) {
    address.token = token;
    return ask_daemon(address, "GET", path)->status;
  };
  CHECK(status("", "/v1/jobs") == 401);
  CHECK(status("bad", "/v1/jobs") == 401);
  CHECK(status("bad", "/healthz/../v1/jobs") == 401);
  CHECK(asked == 0);
  CHECK(status("", "/healthz") == 200);
  CHECK(last.user.empty());
  CHECK_FALSE(last.is_admin);
  CHECK(status("good", "/v1/jobs") == 200);
  CHECK(last.user == "alice");
  CHECK(last.is_admin);
  // The body of nobody's request is not waited for.
  address.token = "bad";
  const auto refused =
      ask_daemon(address, "POST", "/v1/jobs", std::string(1U << 20, 'x'));
  CHECK((!refused || refused->status == 401));

  const auto taken = HttpServer::start(
      TcpAddress{"127.0.0.1", server->port()},
      [](const std::string&) { return std::nullopt; },
      [](const HttpRequest&) { return HttpResponse(); });
  REQUIRE_FALSE(taken);
  CHECK(taken.error().fault == Fault::user);
  CHECK(taken.error().message.find("127.0.0.1") != std::string::npos);
}
