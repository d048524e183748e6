// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/tree_keeper.h"

#include "base/strings.h"
#include "engine/prepare.h"
#include "git/fetch.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace {

class GitTreeKeeper final : public TreeKeeper
{
public:
  GitTreeKeeper(const EngineContext& context, const Stop& stop)
      : context_(context), stop_(stop)
  {
  }

  Result<TreeTip> bring_up(const std::string& tree,
                           const std::string& base) override
  {
    TRY_ASSIGN(const auto repository, open_tree(context_, tree, stop_));
    TRY_ASSIGN(const auto fetched, fetch_tree(repository));
    TreeTip tip;
    if (fetched.has_remote && !fetched.is_current) {
      tip.note = fmt::format(
          "the tree could not be fetched and is as it was before: {}",
          printable(fetched.trouble));
    }
    auto name = base;
    if (name.empty()) {
      TRY_ASSIGN(name, repository.newest_tag());
    }
    TRY_ASSIGN(tip.commit, repository.resolve(name));
    return tip;
  }

private:
  const EngineContext& context_;
  const Stop& stop_;
};

} // namespace

std::unique_ptr<TreeKeeper> make_tree_keeper(const EngineContext& context,
                                             const Stop& stop)
{
  return std::make_unique<GitTreeKeeper>(context, stop);
}

} // namespace oopsfarm
