// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace oopsfarm {

/// Who must act on a failure: `user` mends the input, `infra` is the host's or
/// ours (no evidence about a kernel), `internal` is a bug in Oopsfarm.
enum class Fault { user, infra, internal };

/// An expected failure: whose it is, and one message that says what, where and,
/// where it is known, what to do next. Plain value.
struct Error
{
  Fault fault = Fault::internal;
  std::string message;

  /// Prefixes `what: ` to the message while the error travels upwards.
  Error in(const std::string& what) &&;
};

/// Shorthands for the three kinds of failure.
Error user_error(std::string message);
Error infra_error(std::string message);
Error internal_error(std::string message);

/// A value or an Error. tl::expected under a name of our own, so that a result
/// that nobody looks at is a compiler's error, and so that std::expected can
/// take its place (docs/design/0001-libraries.md).
template <typename T> class [[nodiscard]] Result : public tl::expected<T, Error>
{
public:
  using Base = tl::expected<T, Error>;
  using Base::Base;

  Result(Error error) : Base(tl::unexpected<Error>(std::move(error))) {}
};

struct Ok
{
};

/// Success without a value, or an Error.
using Status = Result<Ok>;

#define FARM_CAT2(a, b) a##b
#define FARM_CAT(a, b) FARM_CAT2(a, b)

/// Leaves the function with the error of `expr`, if it has one.
#define TRY(expr)                                                              \
  do {                                                                         \
    if (auto attempt_ = (expr); !attempt_) {                                   \
      return std::move(attempt_).error();                                      \
    }                                                                          \
  } while (false)

/// Like TRY, and otherwise initializes or assigns `var` from the value.
#define TRY_ASSIGN(var, expr)                                                  \
  auto FARM_CAT(attempt_, __LINE__) = (expr);                                  \
  if (!FARM_CAT(attempt_, __LINE__)) {                                         \
    return std::move(FARM_CAT(attempt_, __LINE__)).error();                    \
  }                                                                            \
  var = *std::move(FARM_CAT(attempt_, __LINE__))

} // namespace oopsfarm
