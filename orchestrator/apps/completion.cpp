// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/completion.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace oopsfarm {

/// The commands that were typed are those words before the cursor that name
/// one; ids come from the farm itself, which may have no daemon.
static constexpr const char* head = R"sh(_oopsfarm()
{
  local word=${COMP_WORDS[COMP_CWORD]} command= each words= kinds=
  for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ " $(_oopsfarm_words "$command" commands) " == *" $each "* ]]; then
      command=${command:+$command }$each
    fi
  done
  words=$(_oopsfarm_words "$command" all)
  kinds=$(_oopsfarm_words "$command" kinds)
  if [[ $word != -* && $kinds == *jobs* ]]; then
    words+=" $(oopsfarm status --all --json 2>/dev/null |
      sed -n 's/^{"kind":"job","id":"\([^"]*\)".*/\1/p')"
  fi
  if [[ $word != -* && $kinds == *nightlies* ]]; then
    words+=" $(oopsfarm nightly --json 2>/dev/null |
      sed -n 's/^{"kind":"nightly","name":"\([^"]*\)".*/\1/p')"
  fi
  if [[ $word != -* && $kinds == *runs* ]]; then
    words+=" $(ls "${XDG_STATE_HOME:-$HOME/.local/state}/oopsfarm/runs" \
      2>/dev/null)"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [[ $word != -* && $kinds == *files* ]]; then
    COMPREPLY+=($(compgen -f -- "$word"))
  fi
}
_oopsfarm_words()
{
  case "$1/$2" in
)sh";

static constexpr const char* tail = R"sh(  esac
}
complete -o filenames -F _oopsfarm oopsfarm
)sh";

static bool is_option(const std::string& word)
{
  return word.starts_with("--");
}

static std::string kinds_of(const CommandWords& command)
{
  return fmt::format("{}{}{}{}",
                     command.takes_files ? "files " : "",
                     command.takes_jobs ? "jobs " : "",
                     command.takes_runs ? "runs " : "",
                     command.takes_nightlies ? "nightlies " : "");
}

std::string completion_script(const std::vector<CommandWords>& commands,
                              bool for_zsh)
{
  std::string script =
      for_zsh ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
  script += head;
  const auto line = [&](const CommandWords& command,
                        const char* what,
                        const std::string& words) {
    script +=
        fmt::format("  '{}/{}') echo '{}' ;;\n", command.command, what, words);
  };
  for (const auto& command : commands) {
    std::vector<std::string> below;
    for (const auto& word : command.words) {
      if (!is_option(word)) {
        below.push_back(word);
      }
    }
    line(command, "commands", join(below, " "));
    line(command, "all", join(command.words, " "));
    line(command, "kinds", kinds_of(command));
  }
  return script + tail;
}

} // namespace oopsfarm
