// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/mail.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static Mail read(const std::string& raw)
{
  auto mail = parse_mail(raw);
  REQUIRE_MESSAGE(mail, mail.error().message);
  return *mail;
}

TEST_CASE("series::parse_mail headers")
{
  SUBCASE("are unfolded and decoded, whatever their case")
  {
    const auto mail = read("FROM: A <a@b>\nsubject: [PATCH 1/2]\n"
                           " =?utf-8?q?m=C3=A4?=\n\tmore\n"
                           "Message-Id:\n <x@y>\nDate: today\n\nbody\n");
    CHECK(mail.from == "A <a@b>");
    CHECK(mail.subject == "[PATCH 1/2] mä more");
    CHECK(mail.message_id == "x@y");
    CHECK(mail.date == "today");
    CHECK(mail.text == "body\n");
  }
  SUBCASE("in the body win, since the author wrote them")
  {
    const auto mail = read("From: Relay <r@b>\nSubject: [PATCH] x\n\n"
                           "From: Ann <ann@b>\nSubject: better\n\nbody\n");
    CHECK(mail.from == "Ann <ann@b>");
    CHECK(mail.subject == "better");
    CHECK(mail.text == "\nbody\n");
  }
  SUBCASE("a sentence in the body is none")
  {
    const auto mail = read("From: R <r@b>\n\nFrom: here on it fails.\n");
    CHECK(mail.from == "R <r@b>");
    CHECK(mail.text == "From: here on it fails.\n");
  }
}

TEST_CASE("series::parse_mail bodies")
{
  SUBCASE("quoted-printable")
  {
    CHECK(read("Content-Transfer-Encoding: Quoted-Printable\n\n"
               "a =3D b;=\n c\n")
              .text == "a = b; c\n");
  }
  SUBCASE("base64 with CRLF inside")
  {
    CHECK(read("Content-Transfer-Encoding: base64\n\nYQ0KYg0K\n").text ==
          "a\nb\n");
  }
  SUBCASE("the message becomes UTF-8, the diff's bytes stay")
  {
    CHECK(read("Content-Type: text/plain; charset=iso-8859-1\n\n"
               "\xe4\n---\n+\xe4\n")
              .text == "ä\n---\n+\xe4\n");
  }
  SUBCASE("CRLF throughout is the transport's, here and there the file's")
  {
    CHECK(read("Subject: x\r\n\r\na\r\nb\r\n").text == "a\nb\n");
    CHECK(read("Subject: x\n\na\r\nb\n").text == "a\r\nb\n");
  }
  SUBCASE("NUL bytes are refused")
  {
    const auto bad =
        parse_mail("Content-Transfer-Encoding: base64\nSubject: s\n\nAAAA\n");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().message.find("'s'") != std::string::npos);
  }
}

TEST_CASE("series::parse_mail multipart")
{
  const std::string head =
      "Subject: x\nContent-Type: multipart/mixed;\n boundary=\"b;1\"\n\n"
      "preamble\n--b;1\nContent-Type: text/plain\n\nmessage\n---\n";

  SUBCASE("an attached patch follows the message")
  {
    CHECK(read(head +
               "--b;1\nContent-Type: application/octet-stream; name=\"x.patch\""
               "\nContent-Transfer-Encoding: base64\n\nZGlmZgo=\n--b;1--\n"
               "epilogue\n")
              .text == "message\n---\ndiff\n");
  }
  SUBCASE("HTML, signatures and pictures are left out")
  {
    CHECK(read(head + "--b;1\nContent-Type: text/html\n\n<p>\n"
                      "--b;1\nContent-Type: application/pgp-signature\n\nsig\n"
                      "--b;1\nContent-Type: image/png\n\npng\n--b;1--\n")
              .text == "message\n---\n");
  }
  SUBCASE("of alternatives the first text counts")
  {
    CHECK(read("Content-Type: multipart/alternative; boundary=z\n\n"
               "--z\n\nplain\n--z\nContent-Type: text/plain\n\nagain\n--z--\n")
              .text == "plain\n");
  }
  SUBCASE("one that is cut off is read as far as it goes")
  {
    CHECK(read(head).text == "message\n---\n");
  }
  SUBCASE("endless nesting is refused")
  {
    std::string nested;
    for (int i = 0; i < 20; ++i) {
      nested += "Content-Type: multipart/mixed; boundary=b" +
                std::to_string(i) + "\n\n--b" + std::to_string(i) + "\n";
    }
    CHECK_FALSE(parse_mail(nested + "\nx\n"));
  }
}
