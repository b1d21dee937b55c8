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

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

option(PORTAL_FAULT_POINTS "Let PORTAL_CRASH_AT kill the daemon at a named point (tests only)" OFF)
option(PORTAL_FUZZERS "Build the libFuzzer targets (needs clang)" OFF)
set(PORTAL_SANITIZE "" CACHE STRING "Sanitizers for everything but the modules, e.g. address,undefined")

add_library(portal_flags INTERFACE)
target_include_directories(portal_flags INTERFACE ${CMAKE_SOURCE_DIR}/provisioning)
target_compile_options(portal_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wswitch-enum -Wformat=2 -Wundef -Wnull-dereference
  -fstack-protector-strong -fstack-clash-protection -fcf-protection)
target_link_options(portal_flags INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT PORTAL_SANITIZE)
  target_compile_options(portal_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
# The optimiser's view of library templates under sanitizers gives false alarms.
if(PORTAL_SANITIZE)
  target_compile_options(portal_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
endif()

# Instrumentation of the daemon and its tests; the thin modules stay plain unless a preset says so.
add_library(portal_sanitize INTERFACE)
if(PORTAL_SANITIZE)
  target_compile_options(portal_sanitize INTERFACE
    -fsanitize=${PORTAL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(portal_sanitize INTERFACE -fsanitize=${PORTAL_SANITIZE})
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
endfunction()
