// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace oopsfarm {

/// What people said of a crash.
struct CrashMark
{
  std::string name;   ///< their own, or ""
  std::string bug;    ///< a bug's number or address, or ""
  bool muted = false; ///< not listed, unless all are asked for

  bool empty() const { return name.empty() && bug.empty() && !muted; }
};

/// By signature.
using CrashMarks = std::map<std::string, CrashMark>;

/// What was said of that crash; an empty mark when nothing was.
CrashMark mark_of(const CrashMarks& marks, const std::string& signature);

/// The marks of a state folder, its file crashes.json. None when there is no
/// such file; fails (user) when it can't be read.
Result<CrashMarks> read_marks(const std::filesystem::path& file);

/// Reads the marks, lets `change` change them and writes them back, under a
/// lock beside the file: none of several people's marks is lost. Empty ones are
/// dropped. Fails (infra) when it can't be written.
Status change_marks(const std::filesystem::path& file,
                    const std::function<void(CrashMarks&)>& change);

/// The file's text, and the inverse, which takes untrusted text and fails
/// (user) on what it does not know. Pure.
std::string marks_to_json(const CrashMarks& marks);
Result<CrashMarks> parse_marks(std::string_view text);

} // namespace oopsfarm
