// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/terminal.h"
#include "apps/triage_report.h"
#include "apps/verbs.h"
#include "base/log.h"
#include "sys/text_input.h"
#include "triage/log_triage.h"

#include <unistd.h>

namespace oopsfarm {

Result<int> triage_verb(const TriageRequest& request, const Context& context)
{
  const auto colour = use_colour(context.options.colour, STDOUT_FILENO);
  bool crashed = false;
  bool unread = false;
  for (const auto& file : request.files) {
    LogTriage triage;
    const auto read =
        read_text_input(file, context.stop, [&](std::string_view bytes) {
          triage.feed(bytes);
        });
    if (context.stop.requested()) {
      break;
    }
    if (!read) {
      // The other logs are read all the same.
      log::error(read.error().message);
      unread = true;
      continue;
    }
    triage.finish();
    crashed = crashed || triage.crashes().count() > 0;
    TRY(put_result(context.options.output == Output::json
                       ? triage_json(file, triage)
                       : triage_text(file, triage, colour)));
  }
  return unread ? 2 : crashed ? 1 : 0;
}

} // namespace oopsfarm
