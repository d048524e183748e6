# SPDX-License-Identifier: GPL-2.0-or-later
option(OOPSFARM_WERROR "Treat warnings as errors" OFF)
set(OOPSFARM_SANITIZE "" CACHE STRING "e.g. address,undefined or thread")
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wextra-semi)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 raises it, when it optimises, for every std::optional it can't follow.
  add_compile_options(-Wno-maybe-uninitialized)
endif()
if(OOPSFARM_WERROR)
  add_compile_options(-Werror)
endif()
if(OOPSFARM_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL Debug)
  # Enough for backtraces; the rest is a tenth of what compiling takes.
  add_compile_options(-g1)
endif()
if(OOPSFARM_SANITIZE)
  add_compile_options(-fsanitize=${OOPSFARM_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${OOPSFARM_SANITIZE})
endif()
