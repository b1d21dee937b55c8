# What every target of the product is built with, and one line to declare a room.

include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# For the presets that nobody ships: a source that forgot an include must fail in the others.
option(PORTAL_PRECOMPILE "Read the standard headers once for all sources" OFF)

find_program(CCACHE ccache)
if(CCACHE)
  # What it must not look at, to know a precompiled header again.
  set(launcher env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

option(PORTAL_FAULT_POINTS "Let PORTAL_CRASH_AT kill the daemon at a named point (tests only)" OFF)
option(PORTAL_FUZZERS "Build the libFuzzer targets (needs clang)" OFF)
set(PORTAL_SANITIZE "" CACHE STRING "Sanitizers for everything but the modules, e.g. address,undefined")

add_library(portal_flags INTERFACE)
target_include_directories(portal_flags INTERFACE ${CMAKE_SOURCE_DIR}/provisioning)
# The library's own checks of indices and empty values; they cost next to nothing.
target_compile_definitions(portal_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(portal_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wswitch-enum -Wformat=2 -Wundef -Wnull-dereference
  -fstack-protector-strong -fstack-clash-protection -fcf-protection)
target_link_options(portal_flags INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)
# The library's wrappers want the optimiser, and the tests do without (see tests/CMakeLists.txt).
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT PORTAL_SANITIZE)
  set(optimised $<NOT:$<BOOL:$<TARGET_PROPERTY:PORTAL_TEST>>>)
  target_compile_options(portal_flags INTERFACE
    $<${optimised}:-U_FORTIFY_SOURCE> $<${optimised}:-D_FORTIFY_SOURCE=2>)
endif()
# The optimiser's view of library templates under sanitizers gives false alarms.
if(PORTAL_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(portal_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
endif()

# Instrumentation of the daemon and its tests; the thin modules stay plain.
add_library(portal_sanitize INTERFACE)
# A quick linker for the many programs that nobody ships.
find_program(LLD ld.lld)
if(LLD AND PORTAL_SANITIZE)
  target_link_options(portal_sanitize INTERFACE -fuse-ld=lld)
endif()
if(PORTAL_SANITIZE)
  target_compile_options(portal_sanitize INTERFACE
    -fsanitize=${PORTAL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(portal_sanitize INTERFACE -fsanitize=${PORTAL_SANITIZE})
endif()

# portal_precompiled(KIND EXECUTABLE|STATIC): the target portal_KIND_headers, whose precompiled header
# other targets of that type share (code of libraries and of programs is positioned differently).
# Standard headers alone, so that it is made once.
function(portal_precompiled kind type)
  set(target portal_${kind}_headers)
  set(source ${CMAKE_BINARY_DIR}/headers/${kind}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "int main() {}\n")
  if(type STREQUAL "EXECUTABLE")
    add_executable(${target} ${source})
  else()
    add_library(${target} ${type} ${source})
  endif()
  target_link_libraries(${target} PRIVATE portal_flags portal_sanitize)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
  target_precompile_headers(${target} PRIVATE
    <algorithm> <array> <chrono> <cstddef> <cstdint> <cstdlib> <cstring> <filesystem> <fstream>
    <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <thread>
    <utility> <variant> <vector>)
endfunction()

# portal_with_precompiled(TARGET KIND): compiles TARGET with the header of portal_precompiled(KIND).
function(portal_with_precompiled target kind)
  if(PORTAL_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM portal_${kind}_headers)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -fpch-preprocess)
    endif()
  endif()
endfunction()

if(PORTAL_PRECOMPILE)
  portal_precompiled(room STATIC)
endif()

# portal_room(NAME [NEEDS lib...] [HIDES lib...]): the folder's *.cpp as a static library portal_NAME.
# NEEDS are seen by those who use the room, HIDES only inside it.
function(portal_room name)
  cmake_parse_arguments(ROOM "" "" "NEEDS;HIDES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(portal_${name} STATIC ${sources})
  target_link_libraries(portal_${name}
    PUBLIC portal_flags portal_sanitize ${ROOM_NEEDS}
    PRIVATE ${ROOM_HIDES})
  portal_with_precompiled(portal_${name} room)
endfunction()

# portal_part(ROOM NAME SOURCES file... [NEEDS lib...]): some files of a room as a library of their
# own, portal_NAME, for those who want no more of it.
function(portal_part room name)
  cmake_parse_arguments(PART "" "" "NEEDS;SOURCES" ${ARGN})
  list(TRANSFORM PART_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  get_target_property(sources portal_${room} SOURCES)
  list(REMOVE_ITEM sources ${PART_SOURCES})
  set_target_properties(portal_${room} PROPERTIES SOURCES "${sources}")
  add_library(portal_${name} STATIC ${PART_SOURCES})
  target_link_libraries(portal_${name} PUBLIC portal_flags portal_sanitize ${PART_NEEDS})
  portal_with_precompiled(portal_${name} room)
endfunction()
