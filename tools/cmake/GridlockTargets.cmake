# Helpers shared by all folders: warning flags, FlatBuffers headers, sanitizers.

set(GRIDLOCK_SANITIZE "" CACHE STRING "Sanitizers for everything but the monitor, e.g. address,undefined")

# gridlock_library(NAME sources...): a static library of the LLVM-free part. Position
# independent and hidden, since it is linked into the plugins as well.
function(gridlock_library NAME)
  add_library(${NAME} STATIC ${ARGN})
  gridlock_target(${NAME})
endfunction()

function(gridlock_executable NAME)
  add_executable(${NAME} ${ARGN})
  gridlock_target(${NAME})
endfunction()

function(gridlock_target NAME)
  target_include_directories(${NAME} PRIVATE ${Gridlock_SOURCE_DIR})
  target_compile_options(${NAME} PRIVATE -Wall -Wextra)
  set_target_properties(${NAME} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(GRIDLOCK_SANITIZE)
    target_compile_options(${NAME} PRIVATE -fsanitize=${GRIDLOCK_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${NAME} PRIVATE -fsanitize=${GRIDLOCK_SANITIZE})
  endif()
endfunction()

# gridlock_allocator(NAME): a program that keeps a whole program's facts uses jemalloc,
# if there is one: the engine takes 7 % less time with it. Not under sanitizers, which
# bring their own.
function(gridlock_allocator NAME)
  find_library(GRIDLOCK_JEMALLOC NAMES libjemalloc.so.2 jemalloc DOC "jemalloc (libjemalloc2)")
  if(GRIDLOCK_JEMALLOC AND NOT GRIDLOCK_SANITIZE)
    target_link_libraries(${NAME} PRIVATE -Wl,--no-as-needed ${GRIDLOCK_JEMALLOC} -Wl,--as-needed)
  endif()
endfunction()

# gridlock_flatbuffer(TARGET schema.fbs): TARGET_generated.h in an include directory
# carried by the interface library TARGET.
function(gridlock_flatbuffer TARGET SCHEMA)
  find_program(GRIDLOCK_FLATC flatc REQUIRED)
  get_filename_component(Stem ${SCHEMA} NAME_WE)
  set(Dir ${CMAKE_CURRENT_BINARY_DIR}/generated)
  set(Header ${Dir}/${Stem}_generated.h)
  add_custom_command(OUTPUT ${Header}
    COMMAND ${GRIDLOCK_FLATC} --cpp --gen-object-api --scoped-enums --cpp-std c++17 -o ${Dir}
            ${CMAKE_CURRENT_SOURCE_DIR}/${SCHEMA}
    DEPENDS ${SCHEMA} VERBATIM)
  add_custom_target(${TARGET}_header DEPENDS ${Header})
  add_library(${TARGET} INTERFACE)
  add_dependencies(${TARGET} ${TARGET}_header)
  target_include_directories(${TARGET} INTERFACE ${Dir})
endfunction()
