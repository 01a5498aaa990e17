// Worker threads of the real libcurl and libpq poll inside their blocking calls: they run
// no event loop. On a loop thread the same calls are reported under their own names.
// REQUIRES: libcurl.so.4, libpq.so.5
// RUN: %victim %s -o %t.exe %libcurl %libpq
// RUN: rm -f %t.http %t.postgres
// RUN: %python %S/Inputs/with_servers.py %S/Inputs/servers.py %t http postgres -- \
// RUN:   %gridlock run --output %t.worker -- %t.exe worker
// RUN: %gridlock report %t.worker --format json --output %t.json
// RUN: %expect %t.json "loops == [] and findings == []"
// RUN: %python %S/Inputs/with_servers.py %S/Inputs/servers.py %t http postgres -- \
// RUN:   %gridlock run --output %t.loop -- %t.exe loop
// RUN: %gridlock report %t.loop --format json --output %t.json
// RUN: %expect %t.json "len(loops) == 1" \
// RUN:   "sorted(f['operation'] for f in findings) == ['curl/curl_easy_perform', 'libpq/PQexec']" \
// RUN:   "sorted(f['function'] for f in findings) == ['fetch', 'query']"
#include "loop.h"

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

extern "C" {
void *curl_easy_init();
int curl_easy_setopt(void *, int, ...);
int curl_easy_perform(void *);
void *PQconnectdb(const char *);
int PQstatus(const void *);
void *PQexec(void *, const char *);
}

[[gnu::noinline]] void fetch(void *Curl) {
  if (curl_easy_perform(Curl) != 0)
    std::abort();
}
[[gnu::noinline]] void query(void *Connection) {
  if (!PQexec(Connection, "select"))
    std::abort();
}

int main(int, char **Argv) {
  void *Curl = curl_easy_init();
  curl_easy_setopt(Curl, 10002 /*CURLOPT_URL*/, std::getenv("HTTP_URL"));
  curl_easy_setopt(Curl, 10004 /*CURLOPT_PROXY*/, "");
  curl_easy_setopt(Curl, 20011 /*CURLOPT_WRITEFUNCTION*/,
                   +[](char *, size_t Size, size_t Count, void *) { return Size * Count; });
  void *Connection = PQconnectdb(std::getenv("POSTGRES_URL"));
  if (PQstatus(Connection) != 0)
    return 1;
  if (std::strcmp(Argv[1], "worker") == 0)
    std::thread([&] {
      for (int I = 0; I < 4; ++I) {
        fetch(Curl);
        query(Connection);
      }
    }).join();
  else
    runLoop(20, [&](int I) {
      if (I == 8)
        fetch(Curl);
      if (I == 12)
        query(Connection);
    });
}
