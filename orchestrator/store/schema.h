// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>

namespace oopsfarm {

/// What makes a database of version N from one of version N - 1 (PRAGMA
/// user_version), from 1 on. A script that was released is never changed: add
/// another one.
inline constexpr std::array<const char*, 2> migrations = {
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
)",
    R"(
CREATE TABLE nightlies (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  tree TEXT NOT NULL,
  base TEXT NOT NULL,
  schedule TEXT NOT NULL,
  folder TEXT NOT NULL,
  file TEXT NOT NULL,
  seed INTEGER,
  repeat INTEGER,
  targets TEXT NOT NULL,
  priority INTEGER NOT NULL,
  made_ms INTEGER NOT NULL,
  settled_ms INTEGER NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  UNIQUE (owner, name)
);
CREATE TABLE nights (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  nightly INTEGER NOT NULL REFERENCES nightlies (seq) ON DELETE CASCADE,
  job TEXT NOT NULL UNIQUE,
  due_ms INTEGER NOT NULL,
  day TEXT NOT NULL,
  is_asked INTEGER NOT NULL,
  is_submitted INTEGER NOT NULL DEFAULT 0,
  base_commit TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  record TEXT NOT NULL DEFAULT '',
  comparison TEXT NOT NULL DEFAULT ''
);
CREATE INDEX nights_of_nightly ON nights (nightly, seq);
CREATE UNIQUE INDEX nights_once ON nights (nightly, due_ms) WHERE NOT is_asked;
CREATE TABLE bisections_wanted (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  night INTEGER NOT NULL REFERENCES nights (seq) ON DELETE CASCADE,
  tree TEXT NOT NULL,
  good TEXT NOT NULL,
  bad TEXT NOT NULL,
  signature TEXT NOT NULL,
  title TEXT NOT NULL,
  target TEXT NOT NULL,
  kconfig TEXT NOT NULL,
  workload TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN
    ('wanted', 'queued', 'ended', 'failed')),
  job TEXT NOT NULL DEFAULT '',
  result TEXT NOT NULL DEFAULT '',
  UNIQUE (night, signature)
);
CREATE INDEX bisections_by_state ON bisections_wanted (state, seq);
)"};

} // namespace oopsfarm
