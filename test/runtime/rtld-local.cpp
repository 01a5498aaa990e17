// A library that a plugin loads with RTLD_LOCAL is found and its call reported, with the
// operation id of the user's rule.
// RUN: mkdir -p %t.dir
// RUN: %cxx -shared -fPIC -O1 %S/Inputs/client.cpp -Wl,-soname,libfakeclient.so -o %t.dir/libfakeclient.so
// RUN: %cxx -shared -fPIC -O1 %S/Inputs/plugin.cpp -L%t.dir -lfakeclient -Wl,-rpath,%t.dir -o %t.dir/plugin.so
// RUN: %victim %s -o %t.exe
// RUN: %gridlock run --rules %S/Inputs/fakeclient.yaml --output %t.records -- %t.exe %t.dir/plugin.so
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "[f['operation'] for f in findings] == ['fakeclient/fakeclient_wait']"
// The same with the rules compiled before.
// RUN: %gridlock rules compile --monitor %S/Inputs/fakeclient.yaml -o %t.rules.so
// RUN: %gridlock run --rules %t.rules.so --output %t.records -- %t.exe %t.dir/plugin.so
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "[f['operation'] for f in findings] == ['fakeclient/fakeclient_wait']"
#include "loop.h"

#include <dlfcn.h>

int main(int, char **Argv) {
  void *Plugin = dlopen(Argv[1], RTLD_NOW | RTLD_LOCAL);
  auto Work = reinterpret_cast<int (*)(int)>(dlsym(Plugin, "plugin_work"));
  runLoop(20, [&](int I) {
    if (I == 10 && Work(150) != 0)
      std::abort();
  });
}
