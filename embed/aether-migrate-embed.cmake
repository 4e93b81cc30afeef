# SPDX-License-Identifier: MIT
# aether_migrate_embed(): builds directories of migrations into a target.

# Those who include this file may have asked for older rules.
cmake_policy(PUSH)
cmake_policy(VERSION 3.25)

# aether_migrate_embed(TARGET DIR… [NAME name])
#
# Puts the migrations of the directories, which are relative to the current source directory, into TARGET: a program
# or a library of any kind but INTERFACE. The name is letters, digits and "_"; without NAME it is "migrations". At run
# time they are embedded://NAME, and the constant that <aether_migrate_embedded_NAME.hpp> declares, a header that
# TARGET finds. A library passes on to the program that links it what keeps them in.
#
# The build fails where the set is not complete, as <aether/migrate/complete.hpp> says. A file that is changed, added
# or removed makes them anew. AETHER_MIGRATE_EMBED_PROGRAM may name an aether-migrate-embed that runs on the building
# machine, for cross builds.
function(aether_migrate_embed target)
  cmake_parse_arguments(PARSE_ARGV 1 embed "" "NAME" "")
  set(folders "")
  foreach(folder IN LISTS embed_UNPARSED_ARGUMENTS)
    get_filename_component(folder ${folder} ABSOLUTE)
    list(APPEND folders ${folder})
  endforeach()
  set(name migrations)
  if(DEFINED embed_NAME)
    set(name ${embed_NAME})
  endif()
  _aether_migrate_check_embed(${target} "${name}" "${folders}" "${embed_KEYWORDS_MISSING_VALUES}")

  set(symbol aether_migrate_embedded_${name})
  set(made ${CMAKE_CURRENT_BINARY_DIR}/aether_migrate_embedded/${target}/${name})
  set(program aether::migrate-embed)
  if(AETHER_MIGRATE_EMBED_PROGRAM)
    set(program ${AETHER_MIGRATE_EMBED_PROGRAM})
  endif()
  file(MAKE_DIRECTORY ${made})
  add_custom_command(OUTPUT ${made}/${symbol}.cpp ${made}/${symbol}.hpp
                     COMMAND ${program} -name ${name} -out ${made} ${folders}
                     DEPENDS ${program} ${folders} DEPFILE ${made}/${symbol}.d
                     COMMENT "Embedding migrations as ${name}" VERBATIM)

  # Of its own, so that neither the target's folder nor its compile options matter.
  set(objects ${symbol}_in_${target})
  add_library(${objects} OBJECT ${made}/${symbol}.cpp ${made}/${symbol}.hpp)
  target_link_libraries(${objects} PRIVATE aether::migrate)
  # The optimizer of whole programs does not see into the assembler lines.
  set_target_properties(${objects} PROPERTIES POSITION_INDEPENDENT_CODE ON INTERPROCEDURAL_OPTIMIZATION OFF)
  target_compile_options(${objects} PRIVATE -fno-lto)
  add_dependencies(${target} ${objects})
  target_include_directories(${target} PRIVATE ${made})

  get_target_property(type ${target} TYPE)
  # The objects of an object library go with it only as its users' sources.
  set(scope PRIVATE)
  if(type STREQUAL "OBJECT_LIBRARY")
    set(scope INTERFACE)
  endif()
  target_sources(${target} ${scope} $<TARGET_OBJECTS:${objects}>)
  # What nothing refers to would not be linked, and what a program does not export is not found by its name.
  set(kept "LINKER:--undefined=${symbol}" "LINKER:--export-dynamic-symbol=${symbol}")
  if(type MATCHES "^(STATIC|OBJECT)_LIBRARY$")
    target_link_options(${target} INTERFACE ${kept})
  else()
    target_link_options(${target} PRIVATE ${kept})
  endif()
endfunction()

# Refuses arguments that can't be, naming the remedy.
function(_aether_migrate_check_embed target name folders missing_values)
  set(usage "aether_migrate_embed(TARGET DIR… [NAME name])")
  if(NOT TARGET ${target})
    message(FATAL_ERROR "${usage}: there is no target ${target}; call it behind add_executable or add_library")
  endif()
  get_target_property(type ${target} TYPE)
  if(NOT type MATCHES "^(EXECUTABLE|(STATIC|SHARED|MODULE|OBJECT)_LIBRARY)$")
    message(FATAL_ERROR "${usage}: ${target} has no code of its own (${type}); name a program or a library")
  endif()
  if(missing_values OR NOT name MATCHES "^[A-Za-z0-9_]+$")
    message(FATAL_ERROR "${usage}: the name \"${name}\" must be letters, digits and \"_\"")
  endif()
  if(NOT folders)
    message(FATAL_ERROR "${usage}: no directory is named")
  endif()
  foreach(folder IN LISTS folders)
    if(NOT IS_DIRECTORY ${folder})
      message(FATAL_ERROR "${usage}: ${folder} is no directory")
    endif()
  endforeach()
  if(TARGET aether_migrate_embedded_${name}_in_${target})
    message(FATAL_ERROR "${usage}: ${target} has migrations of the name ${name} already; give another NAME")
  endif()
endfunction()

cmake_policy(POP)
