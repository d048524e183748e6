// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>

namespace oopsfarm {

/// What makes a database of version N from one of version N - 1 (PRAGMA
/// user_version), from 1 on. A script that was released is never changed: add
/// another one.
inline constexpr std::array<const char*, 1> migrations = {
    R"(
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  priority INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'ended', 'failed', 'cancelled')),
  cancel_wanted INTEGER NOT NULL DEFAULT 0,
  file TEXT NOT NULL,
  seed INTEGER,
  repeat INTEGER,
  targets TEXT NOT NULL,
  base_commit TEXT NOT NULL DEFAULT '',
  submitted_ms INTEGER NOT NULL,
  begun_ms INTEGER NOT NULL DEFAULT 0,
  ended_ms INTEGER NOT NULL DEFAULT 0,
  exit_code INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  report_text TEXT NOT NULL DEFAULT '',
  report_json TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobs_in_order ON jobs (state, priority DESC, seq);
CREATE TABLE runs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  job INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  begun_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  failed INTEGER,
  outcome TEXT,
  CHECK ((ended_ms IS NULL) = (outcome IS NULL))
);
CREATE INDEX runs_of_job ON runs (job, seq);
)"};

} // namespace oopsfarm
