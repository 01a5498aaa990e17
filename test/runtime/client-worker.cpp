// A worker thread whose client library polls inside a blocking call runs no event loop;
// the monitor must know the call. Without its rule the same program has a loop, so the
// test can fail.
// RUN: mkdir -p %t.dir
// RUN: %cxx -shared -fPIC -O1 %S/Inputs/client.cpp -o %t.dir/libfakeclient.so
// RUN: %victim %s -o %t.exe -L%t.dir -lfakeclient -Wl,-rpath,%t.dir
// RUN: %gridlock run --rules %S/Inputs/fakeclient.yaml --output %t.records -- %t.exe
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "loops == [] and findings == []"
// RUN: %gridlock run --output %t.records -- %t.exe
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "len(loops) == 1"
#include <thread>
#include <unistd.h>

extern "C" int fakeclient_request(int Fd);

int main() {
  int Pipe[2];
  if (pipe(Pipe))
    return 1;
  std::thread([&] {
    for (int I = 0; I < 20; ++I)
      fakeclient_request(Pipe[0]);
  }).join();
}
