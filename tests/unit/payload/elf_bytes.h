// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <elf.h>

#include <cstring>
#include <string>

namespace oopsfarm::testing {

/// What tests change of a small ELF program.
struct ElfOptions
{
  unsigned machine = EM_X86_64;
  unsigned type = ET_EXEC;
  unsigned char elf_class = ELFCLASS64;
  unsigned char data = ELFDATA2LSB;
  std::string linker; ///< PT_INTERP's text; "": it is static
  std::uint64_t entry = 0x401000;
};

/// An ELF file with a segment or two, as far as anyone looks at it.
inline std::string elf_bytes(const ElfOptions& options = {})
{
  Elf64_Ehdr head{};
  std::memcpy(head.e_ident, ELFMAG, SELFMAG);
  head.e_ident[EI_CLASS] = options.elf_class;
  head.e_ident[EI_DATA] = options.data;
  head.e_type = static_cast<Elf64_Half>(options.type);
  head.e_machine = static_cast<Elf64_Half>(options.machine);
  head.e_entry = options.entry;
  head.e_phoff = sizeof(head);
  head.e_phentsize = sizeof(Elf64_Phdr);
  head.e_phnum = options.linker.empty() ? 1 : 2;
  Elf64_Phdr load{};
  load.p_type = PT_LOAD;
  load.p_filesz = sizeof(head);
  Elf64_Phdr interp{};
  interp.p_type = PT_INTERP;
  interp.p_offset = sizeof(head) + 2 * sizeof(load);
  interp.p_filesz = options.linker.size() + 1;
  std::string bytes;
  const auto put = [&](const auto& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  put(head);
  put(load);
  if (!options.linker.empty()) {
    put(interp);
    bytes += options.linker + '\0';
  }
  return bytes;
}

} // namespace oopsfarm::testing
