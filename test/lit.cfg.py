# Configuration of all tests. Substitutions:
#   %gridlock %rulec %extract19 %extract22   the built programs
#   %tidy19 %tidy22       clang-tidy of that major with its plugin loaded
#   %clang_tidy19 ...     clang-tidy without a plugin; %plugin19 %plugin22: the plugins
#   %clangplugin19 ...    clang++ of that major with its plugin loaded; %embed19: the plugin
#   %check_all CHECK FILE [--profile P] [-- FLAGS]   the same CHECK lines against the
#                         command-line tool and clang-tidy, both of each LLVM major,
#                         and objects with embedded facts
#   %cxx %cc %clang       compilers; %monitor_so %monitor_a: the monitor
#   %FileCheck %not %python   (Debian's python3, which has yaml and jsonschema)
#   %root %build          source and build folder
import os
import shutil

import lit.formats

config.name = "gridlock"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".c", ".cpp", ".test"]
config.excludes = ["Inputs", "support", "demo", "bench", "CMakeLists.txt"]
config.test_source_root = os.path.join(config.source_root, "test")
config.test_exec_root = os.path.join(config.build_dir, "test")

build, root = config.build_dir, config.source_root
majors = [m for m in config.llvm_majors if m]
newest = majors[-1] if majors else "22"
llvm = f"/usr/lib/llvm-{newest}/bin"

config.environment["PATH"] = os.pathsep.join([f"{build}/bin", "/usr/bin", "/bin", llvm])
config.environment["GRIDLOCK_CACHE_DIR"] = f"{build}/test/cache"
for name in ("HOME", "CI"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

substitutions = {
    "%check_all": f"/usr/bin/python3 {root}/test/support/check_all.py --build {build} --majors {','.join(majors)} --",
    "%gridlock": f"{build}/bin/gridlock",
    "%rulec": f"{build}/bin/gridlock-rulec",
    "%monitor_so": f"{build}/lib/libgridlock-monitor.so",
    "%monitor_a": f"{build}/lib/libgridlock-monitor.a",
    "%FileCheck": f"{llvm}/FileCheck",
    "%not": f"{llvm}/not",
    "%split_file": f"{llvm}/split-file",
    "%python": "/usr/bin/python3",
    "%clang": f"/usr/bin/clang++-{newest}",
    "%cxx": config.cxx,
    "%cc": config.cc,
    "%root": root,
    "%build": build,
}
for major in ("19", "22"):
    plugin = f"{build}/lib/GridlockTidy-{major}.so"
    tidy = f"/usr/bin/clang-tidy-{major}"
    substitutions[f"%extract{major}"] = f"{build}/bin/gridlock-extract-{major}"
    substitutions[f"%plugin{major}"] = plugin
    substitutions[f"%clang_tidy{major}"] = tidy
    embed = f"{build}/lib/GridlockClang-{major}.so"
    substitutions[f"%embed{major}"] = embed
    substitutions[f"%clangplugin{major}"] = f"/usr/bin/clang++-{major} -fplugin={embed}"
    substitutions[f"%tidy{major}"] = f"{tidy} -load={plugin}"
    if major in majors:
        config.available_features.add(f"llvm{major}")
# Longest names first: %clang must not eat %clang_tidy19.
for name in sorted(substitutions, key=len, reverse=True):
    config.substitutions.append((name + r"\b", substitutions[name]))

for tool in ("strace", "gdb", "curl", "clang"):
    if shutil.which(tool, path="/usr/bin:/bin"):
        config.available_features.add(tool)
if os.access(f"{build}/bin/fuzz-facts", os.X_OK):
    config.available_features.add("fuzzer")
