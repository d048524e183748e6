// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/http.h"
#include "daemon/board.h"
#include "engine/engine.h"
#include "formats/mail.h"
#include "jobfile/job_file.h"
#include "store/nightlies.h"
#include "store/store.h"

#include <functional>

namespace oopsfarm {

/// What the API works on; all of it outlives it.
struct ApiContext
{
  StatePaths state;
  Catalogue catalogue;
  Store* store = nullptr;
  Board* board = nullptr;
  MailIdentity mail;                           ///< of reports as mail
  NightlyBook* nights = nullptr;               ///< none: there are no nightlies
  std::function<void()> wake_nights = [] {};   ///< there is news in the book
  std::function<void()> wake;                  ///< there is news in the store
  std::chrono::steady_clock::time_point since; ///< when the daemon began
};

/// Answers a request to the API (docs/formats.md lists it). Every failure is
/// an object {"kind": "error", "message"}: 400 for what is wrong with the
/// request, 403 for another user's job, 404, 405, 409 for what a job's state
/// forbids, 500 for the farm's own fault. Safe from several threads.
HttpResponse answer(const ApiContext& context, const HttpRequest& request);

} // namespace oopsfarm
