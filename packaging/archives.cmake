# SPDX-License-Identifier: MIT
# What CPack makes: one relocatable archive of everything, or one Debian package for each component.
set(CPACK_PACKAGE_NAME aether-migrate)
set(CPACK_PACKAGE_VENDOR "the aether-migrate authors")
set(CPACK_PACKAGE_CONTACT "the aether-migrate authors <maintainers@aether-migrate.invalid>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 2)
set(CPACK_GENERATOR TGZ)
string(TOLOWER ${CMAKE_SYSTEM_NAME} system)
set(CPACK_PACKAGE_FILE_NAME aether-migrate-${PROJECT_VERSION}-${system}-${CMAKE_SYSTEM_PROCESSOR})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/${CMAKE_INSTALL_LIBDIR})

# aether_migrate_package(COMPONENT PACKAGE TEXT): one Debian package, with the documents that it must have. TEXT follows
# the project's own description, in lines of at most 79 characters. Packages of one build belong together: all but the
# library need the library of this very version.
set(library_package libaether-migrate${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
macro(aether_migrate_package component package text)
  string(TOUPPER ${component} upper)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${text}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${library_package} (= ${PROJECT_VERSION})")
  aether_migrate_documents(${component} ${package})
endmacro()

aether_migrate_package(library ${library_package} "This package holds the engine as a C++ library, with
its driver for SQLite. The other databases are modules in packages of their
own.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SUGGESTS "aether-migrate-postgres, aether-migrate-mysql")
file(CONFIGURE OUTPUT shlibs CONTENT
     "libaether-migrate ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} ${library_package} (= ${PROJECT_VERSION})\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_BINARY_DIR}/shlibs ${CMAKE_CURRENT_SOURCE_DIR}/debian/triggers)

aether_migrate_package(program aether-migrate "This package holds the program. It takes golang-migrate's files, version
table, flags and messages, leaves no database dirty that can roll back, keeps
a history beside the version, and says what stands in its way.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS aether-migrate-postgres)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS aether-migrate-mysql)
# The one package of Debian 12 that has a program of this name too.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONFLICTS python3-migrate)

aether_migrate_package(development aether-migrate-dev "This package holds headers, CMake and pkg-config files
for programs that use the library, and the kit that proves a driver.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)

get_property(modules GLOBAL PROPERTY AETHER_MIGRATE_MODULES)
foreach(module IN LISTS modules)
  aether_migrate_package(${module} aether-migrate-${module} "This package holds the driver ${module}, a module
that the library opens when a URL asks for it.")
endforeach()
include(CPack)
