# Finds the installed LLVM majors.
