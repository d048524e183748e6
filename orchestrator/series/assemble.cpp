// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/assemble.h"

#include "base/strings.h"
#include "series/codec.h"
#include "series/diff.h"
#include "series/patch.h"
#include "series/subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace oopsfarm {

/// Kept of a header that reports show.
static constexpr std::size_t max_header = 300;

namespace {

/// A mail that belongs to the series.
struct Candidate
{
  Mail mail;
  SubjectInfo subject;
  Patch patch; ///< unused for a cover letter
};

/// Collects the mails of a series, then puts them in order.
class Assembler
{
public:
  Status take(Mail mail);
  Result<Series> finish();

private:
  Error no_patch() const;
  Status check_versions() const;
  Status check_numbers() const;
  Status check_position(const Candidate& candidate) const;
  void order();

  std::vector<Candidate> patches_;
  std::optional<Candidate> cover_;
  std::map<unsigned, std::size_t> versions_; ///< version → mails
  std::set<std::string> seen_;               ///< message ids
  std::size_t mails_ = 0;
  std::size_t replies_ = 0;
  std::string first_subject_;
};

} // namespace

static std::string named(const SubjectInfo& subject)
{
  const auto text = printable(subject.text, 80);
  return subject.numbered()
             ? fmt::format(
                   "patch {}/{} '{}'", subject.number, subject.total, text)
             : fmt::format("patch '{}'", text);
}

static Error damaged_by_flowing(Error error)
{
  error.message += " (the mail was sent as format=flowed, which wraps lines; "
                   "ask for it by `git send-email`)";
  return error;
}

Status Assembler::take(Mail mail)
{
  ++mails_;
  auto subject = parse_subject(mail.subject);
  if (first_subject_.empty()) {
    first_subject_ = mail.subject;
  }
  // Archives have a mail once for each list that it was sent to.
  if (!mail.message_id.empty() && !seen_.insert(mail.message_id).second) {
    return Ok{};
  }
  if (subject.reply) {
    ++replies_;
    return Ok{};
  }
  if (subject.cover()) {
    ++versions_[subject.version];
    if (!cover_) {
      cover_ = Candidate{std::move(mail), std::move(subject), {}};
    }
    return Ok{};
  }
  auto diff = parse_diff(mail.text);
  if (!diff) {
    auto error = std::move(diff.error()).in(named(subject));
    return mail.flowed ? damaged_by_flowing(std::move(error)) : error;
  }
  if (diff->files.empty()) {
    if (subject.tagged) {
      return user_error(named(subject) + " has no diff in its mail");
    }
    return Ok{}; // talk
  }
  auto patch = make_patch(mail, subject, *diff);
  if (!patch) {
    return std::move(patch.error()).in(named(subject));
  }
  if (patches_.size() >= max_patches) {
    return user_error(
        fmt::format("more than {} patches are not taken", max_patches));
  }
  ++versions_[subject.version];
  mail.text.clear(); // the patch has it
  patches_.push_back({std::move(mail), std::move(subject), std::move(*patch)});
  return Ok{};
}

Error Assembler::no_patch() const
{
  if (replies_ > 0) {
    return user_error(fmt::format("no patch in it: {} of {} mails are replies "
                                  "('Re: …'), which are left out",
                                  replies_,
                                  mails_));
  }
  return user_error(fmt::format("no mail in it has a patch ({} mail{}, first "
                                "'{}')",
                                mails_,
                                mails_ == 1 ? "" : "s",
                                printable(first_subject_, 80)));
}

Status Assembler::check_versions() const
{
  if (versions_.size() < 2) {
    return Ok{};
  }
  std::vector<std::string> found;
  for (const auto& [version, count] : versions_) {
    found.push_back(
        fmt::format("v{} ({} mail{})", version, count, count == 1 ? "" : "s"));
  }
  return user_error(fmt::format("several versions of a series in one mailbox: "
                                "{}; keep one",
                                join(found, ", ")));
}

Status Assembler::check_position(const Candidate& candidate) const
{
  const auto& first = patches_.front().subject;
  const auto& subject = candidate.subject;
  if (subject.numbered() != first.numbered()) {
    const auto& odd = subject.numbered() ? first : subject;
    const auto& numbered = subject.numbered() ? subject : first;
    return user_error(fmt::format("{} has no place in the series n/{}: give "
                                  "it as a source of its own",
                                  named(odd),
                                  numbered.total));
  }
  if (subject.total != first.total) {
    return user_error(fmt::format(
        "two series in one mailbox: {} and {}", named(first), named(subject)));
  }
  if (subject.number > subject.total || subject.total > max_patches) {
    return user_error(
        fmt::format("{}: the numbers make no sense", named(subject)));
  }
  return Ok{};
}

static Error missing_error(const std::vector<unsigned>& missing, unsigned total)
{
  constexpr std::size_t most = 10;
  if (missing.size() == 1) {
    return user_error(
        fmt::format("patch {} of {} is missing", missing[0], total));
  }
  std::vector<std::string> names;
  for (const auto number : missing) {
    if (names.size() == most) {
      names.emplace_back("…");
      break;
    }
    names.push_back(std::to_string(number));
  }
  return user_error(
      fmt::format("patches {} of {} are missing", join(names, ", "), total));
}

Status Assembler::check_numbers() const
{
  std::map<unsigned, const Candidate*> by_number;
  for (const auto& candidate : patches_) {
    TRY(check_position(candidate));
    const auto& subject = candidate.subject;
    if (!subject.numbered()) {
      continue;
    }
    const auto [at, is_new] = by_number.emplace(subject.number, &candidate);
    if (!is_new) {
      return user_error(fmt::format("patch {}/{} comes twice: '{}' and '{}'",
                                    subject.number,
                                    subject.total,
                                    printable(at->second->subject.text, 80),
                                    printable(subject.text, 80)));
    }
  }
  const unsigned total = patches_.front().subject.total;
  std::vector<unsigned> missing;
  for (unsigned number = 1; number <= total; ++number) {
    if (by_number.count(number) == 0) {
      missing.push_back(number);
    }
  }
  return missing.empty() ? Status(Ok{}) : missing_error(missing, total);
}

void Assembler::order()
{
  std::stable_sort(patches_.begin(),
                   patches_.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return a.subject.number < b.subject.number;
                   });
}

Result<Series> Assembler::finish()
{
  if (patches_.empty()) {
    return no_patch();
  }
  TRY(check_versions());
  TRY(check_numbers());
  order();
  const auto& head = cover_ ? *cover_ : patches_.front();
  Series series;
  series.title = head.subject.text;
  series.message_id = head.mail.message_id;
  series.subject = printable(head.mail.subject, max_header);
  series.author = printable(decode_header(head.mail.from), max_header);
  series.version = head.subject.version;
  for (auto& candidate : patches_) {
    series.patches.push_back(std::move(candidate.patch));
    series.patches.back().number = static_cast<unsigned>(series.patches.size());
  }
  return series;
}

Result<Series> assemble(std::vector<Mail> mails)
{
  Assembler assembler;
  for (auto& mail : mails) {
    TRY(assembler.take(std::move(mail)));
  }
  return assembler.finish();
}

} // namespace oopsfarm
