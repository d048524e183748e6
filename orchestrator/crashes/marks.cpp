// SPDX-License-Identifier: GPL-2.0-or-later
#include "crashes/marks.h"

#include "model/json_reader.h"
#include "sys/file.h"

#include <nlohmann/json.hpp>
#include <system_error>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

CrashMark mark_of(const CrashMarks& marks, const std::string& signature)
{
  const auto found = marks.find(signature);
  return found == marks.end() ? CrashMark{} : found->second;
}

std::string marks_to_json(const CrashMarks& marks)
{
  Json list = Json::array();
  for (const auto& [signature, mark] : marks) {
    list.push_back({{"signature", signature},
                    {"name", mark.name},
                    {"bug", mark.bug},
                    {"muted", mark.muted}});
  }
  const Json json = {{"kind", "crashes"}, {"version", 1}, {"marks", list}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<CrashMarks> parse_marks(std::string_view text)
{
  TRY_ASSIGN(auto in, JsonReader::parse(text));
  CrashMarks marks;
  in.constant("kind", "crashes");
  in.version(1);
  in.objects("marks", [&](JsonReader& nested) {
    std::string signature;
    CrashMark mark;
    nested.text("signature", signature);
    nested.text("name", mark.name);
    nested.text("bug", mark.bug);
    nested.flag("muted", mark.muted);
    marks.emplace(std::move(signature), std::move(mark));
  });
  TRY(in.finish());
  return marks;
}

Result<CrashMarks> read_marks(const std::filesystem::path& file)
{
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return CrashMarks{};
  }
  TRY_ASSIGN(const auto text, read_file(file));
  auto marks = parse_marks(text);
  if (!marks) {
    return user_error(file.string() + ": " + marks.error().message);
  }
  return marks;
}

Status change_marks(const std::filesystem::path& file,
                    const std::function<void(CrashMarks&)>& change)
{
  TRY_ASSIGN(const auto lock, FileLock::try_take(file.string() + ".lock"));
  TRY_ASSIGN(auto marks, read_marks(file));
  change(marks);
  std::erase_if(marks, [](const auto& entry) { return entry.second.empty(); });
  return write_file(file, marks_to_json(marks), Durable::yes);
}

} // namespace oopsfarm
