// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/elf.h"
#include "kbuild/folder.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

#include <elf.h>
#include <fcntl.h>

#include <cstring>

using namespace oopsfarm;

/// A minimal ELF file with one note segment.
static std::string elf_with(const std::string& notes)
{
  Elf64_Ehdr file = {};
  std::memcpy(file.e_ident, ELFMAG, SELFMAG);
  file.e_ident[EI_CLASS] = ELFCLASS64;
  file.e_ident[EI_DATA] = ELFDATA2LSB;
  file.e_phoff = sizeof file;
  file.e_phentsize = sizeof(Elf64_Phdr);
  file.e_phnum = 1;
  Elf64_Phdr segment = {};
  segment.p_type = PT_NOTE;
  segment.p_offset = sizeof file + sizeof segment;
  segment.p_filesz = notes.size();
  std::string bytes(reinterpret_cast<const char*>(&file), sizeof file);
  bytes.append(reinterpret_cast<const char*>(&segment), sizeof segment);
  return bytes + notes;
}

static std::string
note(std::uint32_t type, const std::string& name, const std::string& content)
{
  const auto padded = [](std::string text) {
    text.resize((text.size() + 3) / 4 * 4);
    return text;
  };
  Elf64_Nhdr head = {};
  head.n_namesz = static_cast<Elf64_Word>(name.size());
  head.n_descsz = static_cast<Elf64_Word>(content.size());
  head.n_type = type;
  return std::string(reinterpret_cast<const char*>(&head), sizeof head) +
         padded(name) + padded(content);
}

static Result<std::string> build_id_of(const std::string& bytes)
{
  const auto folder = testing::temp_folder();
  const auto file = folder.path() / "vmlinux";
  testing::spit(file, bytes);
  const OpenFile open_file(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  return elf_build_id(open_file.fd());
}

TEST_CASE("elf_build_id")
{
  const std::string gnu("GNU\0", 4);
  const auto good =
      elf_with(note(NT_GNU_PROPERTY_TYPE_0, gnu, "12345") +
               note(NT_GNU_BUILD_ID, gnu, std::string("\x00\xab\x7f", 3)));

  SUBCASE("finds the id behind other notes")
  {
    const auto id = build_id_of(good);
    REQUIRE(id);
    CHECK(*id == "00ab7f");
  }

  SUBCASE("says when there is none")
  {
    CHECK(build_id_of(
              elf_with(note(NT_GNU_BUILD_ID, std::string("GNX\0", 4), "x")))
              .error()
              .message == "the kernel has no build id");
    CHECK_FALSE(build_id_of(elf_with("")));
  }

  SUBCASE("refuses what is no ELF file")
  {
    for (const auto* text : {"",
                             "\x7f"
                             "ELF",
                             "#!/bin/sh\n"}) {
      const auto id = build_id_of(text);
      REQUIRE_FALSE(id);
      CHECK(id.error().fault == Fault::user);
    }
  }

  SUBCASE("survives every cut and every spoiled byte")
  {
    // The last byte is padding.
    for (std::size_t i = 0; i + 1 < good.size(); ++i) {
      CHECK_FALSE(build_id_of(good.substr(0, i)));
      auto spoiled = good;
      spoiled[i] = static_cast<char>(0xff);
      static_cast<void>(build_id_of(spoiled));
    }
  }
}
