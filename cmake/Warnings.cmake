# SPDX-License-Identifier: GPL-2.0-or-later
option(OOPSFARM_WERROR "Treat warnings as errors" OFF)
set(OOPSFARM_SANITIZE "" CACHE STRING "e.g. address,undefined or thread")
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wextra-semi -Wnull-dereference)
if(OOPSFARM_WERROR)
  add_compile_options(-Werror)
endif()
if(OOPSFARM_SANITIZE)
  add_compile_options(-fsanitize=${OOPSFARM_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${OOPSFARM_SANITIZE})
endif()
