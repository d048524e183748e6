# SPDX-License-Identifier: GPL-2.0-or-later

# Headers that nearly all files include are parsed once: a third of what a
# sanitizer's build takes. Off elsewhere, where a missing #include is noticed.
option(OOPSFARM_PCH "precompile the standard library's headers" OFF)

# oopsfarm_precompiled(<owner> [<header>...]): declares precompiled headers,
# without any macro defined: what they are used in may define more, not less.
function(oopsfarm_precompiled owner)
  if(OOPSFARM_PCH)
    file(TOUCH ${CMAKE_BINARY_DIR}/${owner}.cpp)
    add_library(${owner} OBJECT ${CMAKE_BINARY_DIR}/${owner}.cpp)
    # For ccache; and as some libraries want it, since all must agree on that.
    target_compile_options(${owner} PRIVATE -fpch-preprocess -pthread)
    target_precompile_headers(${owner} PRIVATE
      <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map>
      <memory> <optional> <set> <string> <string_view> <utility> <variant>
      <vector> ${ARGN})
  endif()
endfunction()

# oopsfarm_precompile(<target> <owner>): <target> uses the headers of <owner>.
function(oopsfarm_precompile target owner)
  if(OOPSFARM_PCH)
    target_compile_options(${target} PRIVATE -fpch-preprocess -pthread)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# oopsfarm_module(<name> DEPS <modules> [LIBS <external>]): one static library
# for the folder <name>; DEPS is the only place a dependency can be declared.
# A module that is not declared yet cannot be named, so no arrow points up.
function(oopsfarm_module name)
  cmake_parse_arguments(M "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    message(FATAL_ERROR "module ${name} has no sources")
  endif()
  add_library(oopsfarm_${name} STATIC ${sources})
  # -iquote, not -I: <sys/file.h> must stay the system's, not our sys/file.h.
  target_compile_options(oopsfarm_${name}
    PUBLIC "SHELL:-iquote ${CMAKE_SOURCE_DIR}/orchestrator")
  foreach(dep IN LISTS M_DEPS)
    if(NOT TARGET oopsfarm_${dep})
      message(FATAL_ERROR "${name} may not depend on ${dep}")
    endif()
    target_link_libraries(oopsfarm_${name} PUBLIC oopsfarm_${dep})
  endforeach()
  target_link_libraries(oopsfarm_${name} PRIVATE ${M_LIBS})
  oopsfarm_precompile(oopsfarm_${name} precompiled)
  add_test(NAME layering.${name}
    COMMAND ${CMAKE_SOURCE_DIR}/ci/check-layering
            ${CMAKE_SOURCE_DIR}/orchestrator ${name} ${M_DEPS})
  set_tests_properties(layering.${name} PROPERTIES LABELS quick)
endfunction()

# oopsfarm_unit_tests(<module> [THREADS]): one doctest program from
# tests/unit/<module>/, linked with that module alone. THREADS: the module
# starts threads, so that ci/test runs its tests under TSan, too.
function(oopsfarm_unit_tests module)
  cmake_parse_arguments(M "THREADS" "" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_SOURCE_DIR}/unit/${module}/*.cpp)
  if(NOT sources)
    message(FATAL_ERROR "module ${module} has no unit tests")
  endif()
  add_executable(unit_${module} main.cpp ${sources})
  target_include_directories(unit_${module} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(unit_${module} PRIVATE
    OOPSFARM_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    OOPSFARM_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(unit_${module} PRIVATE oopsfarm_${module})
  oopsfarm_precompile(unit_${module} unit_precompiled)
  # Optimised, doctest's macros take longer to compile than to run.
  target_compile_options(unit_${module} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-O0>)
  add_dependencies(unit_tests unit_${module})
  set(labels quick unit)
  if(M_THREADS)
    list(APPEND labels threads)
    add_dependencies(threaded_unit_tests unit_${module})
  endif()
  add_test(NAME unit.${module} COMMAND unit_${module})
  set_tests_properties(unit.${module} PROPERTIES LABELS "${labels}" TIMEOUT 400)
endfunction()
