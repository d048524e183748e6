# SPDX-License-Identifier: GPL-2.0-or-later

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
  add_test(NAME layering.${name}
    COMMAND ${CMAKE_SOURCE_DIR}/ci/check-layering
            ${CMAKE_SOURCE_DIR}/orchestrator ${name} ${M_DEPS})
  set_tests_properties(layering.${name} PROPERTIES LABELS quick)
endfunction()

# oopsfarm_unit_tests(<module> [LIBS <external>]): one doctest program from
# tests/unit/<module>/, linked with that module alone.
function(oopsfarm_unit_tests module)
  cmake_parse_arguments(M "" "" "LIBS" ${ARGN})
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
  target_link_libraries(unit_${module} PRIVATE oopsfarm_${module} ${M_LIBS})
  add_dependencies(unit_tests unit_${module})
  add_test(NAME unit.${module} COMMAND unit_${module})
  set_tests_properties(unit.${module} PROPERTIES LABELS quick TIMEOUT 400)
endfunction()
