# What a project's own CMakeLists.txt calls to be checked, after find_package(Gridlock)
# or add_subdirectory(gridlock):
#
#   gridlock_embed_facts(TARGET... [ROOT DIR] [OPTIONAL])
#       The targets' own compile writes facts into their object files, by the Clang
#       plugin of the compiler's LLVM major. Paths below DIR (default: the git work
#       tree) are stored relative to it. A compiler without plugin is an error, or,
#       with OPTIONAL, a message.
#   gridlock_add_check(NAME [TARGETS TARGET...] [PATHS PATH...] [ARGUMENTS ARG...])
#       A target NAME that runs `gridlock check` and fails on findings, and a test of
#       that name. With TARGETS it reads the facts that are embedded in their objects;
#       else it parses what the compile database lists, or the part of it below PATHS.
#       ARGUMENTS are further options of `gridlock check`.
include_guard(GLOBAL)

# The program, built in this tree or installed, as RESULT.
function(_gridlock_program RESULT)
  if(TARGET gridlock)
    set(${RESULT} $<TARGET_FILE:gridlock> PARENT_SCOPE)
    return()
  endif()
  if(EXISTS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/GridlockConfig.cmake) # installed
    find_program(GRIDLOCK_PROGRAM gridlock NO_DEFAULT_PATH
      PATHS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../bin ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../../bin)
  endif()
  find_program(GRIDLOCK_PROGRAM gridlock DOC "The gridlock tool")
  if(NOT GRIDLOCK_PROGRAM)
    message(FATAL_ERROR "gridlock: the tool is not in PATH, nor built here (GRIDLOCK_BUILD_CHECKS is off); "
                        "install it, or set GRIDLOCK_PROGRAM to it")
  endif()
  set(${RESULT} ${GRIDLOCK_PROGRAM} PARENT_SCOPE)
endfunction()

# The Clang plugin for the compiler of LANGUAGE as PLUGIN, or the reason why there is none as WHY.
function(_gridlock_plugin LANGUAGE PLUGIN WHY)
  set(Compiler "${CMAKE_${LANGUAGE}_COMPILER_ID} ${CMAKE_${LANGUAGE}_COMPILER_VERSION}")
  set(${WHY} "" PARENT_SCOPE)
  if(NOT CMAKE_${LANGUAGE}_COMPILER_ID STREQUAL "Clang")
    set(${WHY} "facts are embedded by a plugin of Clang, but the ${LANGUAGE} compiler is ${Compiler}; configure with \
-DCMAKE_${LANGUAGE}_COMPILER=clang, or leave TARGETS out of gridlock_add_check to parse from the compile database"
        PARENT_SCOPE)
    return()
  endif()
  string(REGEX MATCH "^[0-9]+" Major "${CMAKE_${LANGUAGE}_COMPILER_VERSION}")
  if(TARGET GridlockClang-${Major})
    set(${PLUGIN} $<TARGET_FILE:GridlockClang-${Major}> PARENT_SCOPE)
    return()
  endif()
  _gridlock_program(Program)
  file(REAL_PATH ${Program} Program)
  get_filename_component(Prefix ${Program}/../.. ABSOLUTE)
  file(GLOB Found ${Prefix}/lib/GridlockClang-*.so ${Prefix}/lib/*/GridlockClang-*.so)
  set(Majors "")
  foreach(File IN LISTS Found)
    string(REGEX MATCH "GridlockClang-([0-9]+)" Ignored ${File})
    if(CMAKE_MATCH_1 STREQUAL Major)
      set(${PLUGIN} ${File} PARENT_SCOPE)
      return()
    endif()
    list(APPEND Majors ${CMAKE_MATCH_1})
  endforeach()
  list(JOIN Majors ", " Majors)
  set(${WHY} "the ${LANGUAGE} compiler is ${Compiler}, but '${Prefix}' has the plugins of these LLVM majors only: \
${Majors}" PARENT_SCOPE)
endfunction()

function(gridlock_embed_facts)
  cmake_parse_arguments(PARSE_ARGV 0 Arg "OPTIONAL" "ROOT" "")
  if(NOT Arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "gridlock_embed_facts: no targets were given")
  endif()
  foreach(Language IN ITEMS C CXX)
    if(NOT CMAKE_${Language}_COMPILER_ID) # not enabled in this folder
      continue()
    endif()
    _gridlock_plugin(${Language} Plugin Why)
    if(Why AND Arg_OPTIONAL)
      message(STATUS "gridlock_embed_facts: ${Why}")
      continue()
    elseif(Why)
      message(FATAL_ERROR "gridlock_embed_facts: ${Why}")
    endif()
    foreach(Target IN LISTS Arg_UNPARSED_ARGUMENTS)
      target_compile_options(${Target} PRIVATE $<$<COMPILE_LANGUAGE:${Language}>:-fplugin=${Plugin}>)
      if(Arg_ROOT)
        target_compile_options(${Target} PRIVATE
          $<$<COMPILE_LANGUAGE:${Language}>:-fplugin-arg-gridlock-root=${Arg_ROOT}>)
      endif()
      if(Plugin MATCHES "TARGET_FILE:([^>]*)")
        add_dependencies(${Target} ${CMAKE_MATCH_1})
      endif()
    endforeach()
  endforeach()
endfunction()

function(gridlock_add_check NAME)
  cmake_parse_arguments(PARSE_ARGV 1 Arg "" "" "TARGETS;PATHS;ARGUMENTS")
  if(Arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "gridlock_add_check(${NAME}): unknown argument ${Arg_UNPARSED_ARGUMENTS}")
  elseif(Arg_TARGETS AND Arg_PATHS)
    message(FATAL_ERROR "gridlock_add_check(${NAME}): TARGETS and PATHS exclude each other")
  endif()
  _gridlock_program(Program)
  set(Command ${Program} check ${Arg_ARGUMENTS})
  if(Arg_TARGETS)
    list(APPEND Command --objects)
    foreach(Target IN LISTS Arg_TARGETS)
      list(APPEND Command $<TARGET_OBJECTS:${Target}>)
    endforeach()
  elseif(CMAKE_EXPORT_COMPILE_COMMANDS)
    list(APPEND Command -p ${CMAKE_BINARY_DIR} ${Arg_PATHS})
  else()
    message(FATAL_ERROR "gridlock_add_check(${NAME}): there will be no compile database; "
                        "set(CMAKE_EXPORT_COMPILE_COMMANDS ON) before the first target")
  endif()
  add_custom_target(${NAME} COMMAND ${Command} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                    COMMENT "gridlock check: ${NAME}" COMMAND_EXPAND_LISTS VERBATIM USES_TERMINAL)
  add_test(NAME ${NAME} COMMAND ${Command} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} COMMAND_EXPAND_LISTS)
  if(Arg_TARGETS)
    add_dependencies(${NAME} ${Arg_TARGETS})
  endif()
  if(TARGET gridlock)
    add_dependencies(${NAME} gridlock)
  endif()
endfunction()
