// SPDX-License-Identifier: GPL-2.0-or-later
#include "git/fetch.h"

#include "base/strings.h"

namespace oopsfarm {

Result<Fetched> fetch_tree(const Repository& repository)
{
  Fetched fetched;
  const auto ask = repository.call({"config", "--get", "remote.origin.url"});
  TRY_ASSIGN(const auto url, repository.git().run(ask));
  fetched.has_remote = url.ok() && !trim(url.out).empty();
  if (!fetched.has_remote) {
    return fetched;
  }
  auto fetch = repository.call({"fetch",
                                "--quiet",
                                "--no-auto-maintenance",
                                "--no-write-fetch-head",
                                "--no-recurse-submodules",
                                "origin",
                                "+refs/heads/*:refs/heads/*",
                                "+refs/tags/*:refs/tags/*"});
  // A long fetch is fine, a dead line is not.
  fetch.config = {{"http.lowSpeedLimit", "1"}, {"http.lowSpeedTime", "30"}};
  fetch.env = {{"GIT_SSH_COMMAND",
                "ssh -oBatchMode=yes -oConnectTimeout=30 "
                "-oServerAliveInterval=10 -oServerAliveCountMax=3"}};
  TRY_ASSIGN(const auto done, repository.git().run(fetch));
  fetched.is_current = done.ok();
  if (!done.ok()) {
    const auto words = split_lines(git_words(done));
    fetched.trouble = words.empty() ? "git fetch failed" : words.front();
  }
  return fetched;
}

} // namespace oopsfarm
