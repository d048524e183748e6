// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/hash.h"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>

namespace oopsfarm {

namespace {

class Sha256
{
public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free)
  {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }

  void add(std::string_view bytes)
  {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }

  std::string hex()
  {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      text += digits[digest[i] >> 4];
      text += digits[digest[i] & 15];
    }
    return text;
  }

private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

} // namespace

std::string sha256_hex(std::string_view bytes)
{
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

Result<std::string> sha256_file(const std::filesystem::path& file)
{
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return infra_error("cannot read " + file.string());
  }
  Sha256 hash;
  std::array<char, 64 * 1024> buffer{};
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    hash.add({buffer.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (in.bad()) {
    return infra_error("cannot read " + file.string());
  }
  return hash.hex();
}

} // namespace oopsfarm
