# SPDX-License-Identifier: MIT
# The manual page, what shells complete, and in each of Debian's packages the licence and the history of changes.
find_program(AETHER_MIGRATE_GZIP gzip REQUIRED)
mark_as_advanced(AETHER_MIGRATE_GZIP)

# aether_migrate_gzip(FILE RESULT): compresses FILE, without its name and time, into the build tree.
function(aether_migrate_gzip file result)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  execute_process(COMMAND ${AETHER_MIGRATE_GZIP} -9nc ${file} OUTPUT_FILE ${CMAKE_CURRENT_BINARY_DIR}/${result}
                  COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# aether_migrate_documents(COMPONENT PACKAGE): the folder of documents of one package. An installation as a whole has
# one such folder, the program's.
function(aether_migrate_documents component package)
  if(NOT component STREQUAL "program")
    set(only_alone EXCLUDE_FROM_ALL)
  endif()
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package} RENAME copyright
          COMPONENT ${component} ${only_alone})
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz ${CMAKE_CURRENT_BINARY_DIR}/CHANGELOG.md.gz
          DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package} COMPONENT ${component} ${only_alone})
endfunction()

# Debian's form of a history needs the time of the build; SOURCE_DATE_EPOCH sets it.
string(TIMESTAMP build_time "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(CONFIGURE OUTPUT changelog @ONLY CONTENT "aether-migrate (@PROJECT_VERSION@) unstable; urgency=medium

  * Packages of this version; CHANGELOG.md.gz beside this file tells what
    changed for users.

 -- the aether-migrate authors <maintainers@aether-migrate.invalid>  @build_time@
")
aether_migrate_gzip(${CMAKE_CURRENT_BINARY_DIR}/changelog changelog.gz)
aether_migrate_gzip(${PROJECT_SOURCE_DIR}/CHANGELOG.md CHANGELOG.md.gz)

# aether_migrate_manual(COMPONENT NAME): the manual page of one program.
function(aether_migrate_manual component name)
  aether_migrate_gzip(${CMAKE_CURRENT_SOURCE_DIR}/man/${name}.1 ${name}.1.gz)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
          COMPONENT ${component})
endfunction()
aether_migrate_manual(program migrate)
aether_migrate_manual(development aether-migrate-embed)

# Debian's zsh looks into another folder than the one that everybody else uses.
set(AETHER_MIGRATE_ZSH_DIR ${CMAKE_INSTALL_DATAROOTDIR}/zsh/site-functions CACHE STRING
    "Folder for what zsh completes, below the prefix")
mark_as_advanced(AETHER_MIGRATE_ZSH_DIR)
install(FILES completions/_migrate DESTINATION ${AETHER_MIGRATE_ZSH_DIR} COMPONENT program)
install(FILES completions/migrate.fish DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d
        COMPONENT program)
install(FILES completions/migrate.bash DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions
        RENAME migrate COMPONENT program)
