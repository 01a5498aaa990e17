# The LLVM majors to build per-major parts for. Sets
#   GRIDLOCK_LLVM_FOUND                 majors, e.g. "19;22"; may be empty
#   GRIDLOCK_LLVM_<M>_INCLUDE           include directory
#   GRIDLOCK_LLVM_<M>_LIBRARIES         libclang-cpp and libLLVM by full path (Debian has
#                                       no unversioned libclang-cpp.so)
#   GRIDLOCK_LLVM_<M>_BINDIR            clang, clang-tidy, FileCheck
#   GRIDLOCK_LLVM_<M>_RESOURCE_DIR      Clang's builtin headers
# and gridlock_llvm_target(TARGET MAJOR): flags for code that includes Clang's headers.

set(GRIDLOCK_LLVM_FOUND "")
if(GRIDLOCK_LLVM_MAJORS STREQUAL "")
  set(GridlockWanted 19 20 21 22)
elseif(GRIDLOCK_LLVM_MAJORS STREQUAL "none")
  set(GridlockWanted "")
else()
  set(GridlockWanted ${GRIDLOCK_LLVM_MAJORS})
endif()

foreach(Major IN LISTS GridlockWanted)
  if(NOT Major MATCHES "^(19|20|21|22)$")
    message(FATAL_ERROR "GRIDLOCK_LLVM_MAJORS: \"${Major}\" is not one of 19, 20, 21, 22, none")
  endif()
  find_program(GRIDLOCK_LLVM_CONFIG_${Major} NAMES llvm-config-${Major} HINTS /usr/lib/llvm-${Major}/bin)
  set(Why "")
  if(NOT GRIDLOCK_LLVM_CONFIG_${Major})
    set(Why "llvm-config-${Major} not found (package llvm-${Major}-dev)")
  else()
    execute_process(COMMAND ${GRIDLOCK_LLVM_CONFIG_${Major}} --includedir --libdir --bindir
                    OUTPUT_VARIABLE Dirs OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "\n" ";" Dirs "${Dirs}")
    list(GET Dirs 0 Include)
    list(GET Dirs 1 LibDir)
    list(GET Dirs 2 BinDir)
    file(GLOB ClangCpp ${LibDir}/libclang-cpp.so.${Major}*)
    file(GLOB LLVMLib ${LibDir}/libLLVM.so.${Major}* ${LibDir}/libLLVM-${Major}.so)
    if(NOT EXISTS ${Include}/clang/AST/ASTContext.h OR NOT EXISTS ${Include}/clang-tidy/ClangTidyCheck.h)
      set(Why "Clang's headers are missing below ${Include} (package libclang-${Major}-dev)")
    elseif(NOT ClangCpp OR NOT LLVMLib)
      set(Why "libclang-cpp.so.${Major} or libLLVM.so.${Major} is missing in ${LibDir} (package libclang-cpp${Major})")
    endif()
  endif()
  if(Why)
    if(GRIDLOCK_LLVM_MAJORS STREQUAL "")
      message(STATUS "LLVM ${Major}: not used: ${Why}")
      continue()
    endif()
    message(FATAL_ERROR "LLVM ${Major} was asked for, but ${Why}")
  endif()
  list(GET ClangCpp 0 ClangCpp)
  list(GET LLVMLib 0 LLVMLib)
  list(APPEND GRIDLOCK_LLVM_FOUND ${Major})
  set(GRIDLOCK_LLVM_${Major}_INCLUDE ${Include})
  set(GRIDLOCK_LLVM_${Major}_LIBRARIES ${ClangCpp} ${LLVMLib})
  set(GRIDLOCK_LLVM_${Major}_BINDIR ${BinDir})
  set(GRIDLOCK_LLVM_${Major}_RESOURCE_DIR ${LibDir}/clang/${Major})
  message(STATUS "LLVM ${Major}: ${ClangCpp}")
endforeach()

# As LLVM itself is built: no exceptions, RTTI as llvm-config says (Debian: on).
function(gridlock_llvm_target TARGET MAJOR)
  gridlock_target(${TARGET})
  target_include_directories(${TARGET} SYSTEM PRIVATE ${GRIDLOCK_LLVM_${MAJOR}_INCLUDE})
  target_compile_definitions(${TARGET} PRIVATE _GNU_SOURCE __STDC_CONSTANT_MACROS __STDC_FORMAT_MACROS
                             __STDC_LIMIT_MACROS)
  target_compile_options(${TARGET} PRIVATE -fno-exceptions -funwind-tables -Wno-unused-parameter)
endfunction()
