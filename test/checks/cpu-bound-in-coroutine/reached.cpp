// Computations that a coroutine or a callback reaches through other functions, by the ways
// that blocking calls are found by; what runs on a pool, before the loop or in a generator
// that nobody runs on it, is fine.
// RUN: %check_all cpu-bound-in-coroutine %s -- -I%S/../Inputs
#include "mock/asio.h"
#include "mock/coroutine.h"
#include "mock/sync.h"

extern "C" {
int crypto_pwhash_str_verify(const char *, const char *, unsigned long long);
int crypto_pwhash_str(char *, const char *, unsigned long long, unsigned long long, unsigned long);
int PKCS5_PBKDF2_HMAC(const char *, int, const unsigned char *, int, int,
                      const void *, int, unsigned char *);
}

unsigned char Key[32];

// --- through functions -----------------------------------------------------------------
static void stretch_bad() {
  // CHECK: reached.cpp:[[@LINE+1]]:3: warning: 'PKCS5_PBKDF2_HMAC' keeps the event loop busy: coroutine 'login_bad' reaches it through 2 calls
  PKCS5_PBKDF2_HMAC("", 0, Key, 8, 310000, nullptr, 32, Key);
}
static void check() { stretch_bad(); }
task login_bad() {
  check();
  co_return;
}

// --- through a virtual method ------------------------------------------------------------
struct Hasher {
  virtual ~Hasher() = default;
  virtual bool verify(const char *Password) = 0;
};
struct Strong_bad : Hasher {
  bool verify(const char *Password) override {
    // CHECK: reached.cpp:[[@LINE+1]]:12: warning: 'crypto_pwhash_str_verify' keeps the event loop busy
    return crypto_pwhash_str_verify(Password, "", 0) == 0;
  }
};
struct Plain_ok : Hasher {
  bool verify(const char *) override { return true; }
};
task verify(Hasher &H) {
  H.verify("");
  co_return;
}

// --- only away from the loop -------------------------------------------------------------
static void store_ok(char *Into) { crypto_pwhash_str(Into, "", 0, 3, 1 << 20); }
void pool_ok(boost::asio::thread_pool &Pool, char *Into) {
  boost::asio::post(Pool, [Into] { store_ok(Into); });
}
task offloaded_ok(boost::asio::thread_pool &Pool, char *Into) {
  boost::asio::post(Pool, [Into] { store_ok(Into); });
  co_return;
}
void thread_ok(char *Into) {
  std::thread Worker([Into] { store_ok(Into); });
  Worker.join();
}

// --- the same function on the loop, beside ------------------------------------------------
static void renew_bad(char *Into) {
  // CHECK: reached.cpp:[[@LINE+1]]:3: warning: 'crypto_pwhash_str' keeps the event loop busy: the callback lambda in 'posted_bad' reaches it through 1 call
  crypto_pwhash_str(Into, "", 0, 3, 1 << 20);
}
void posted_bad(boost::asio::io_context &Loop, char *Into) {
  boost::asio::post(Loop, [Into] { renew_bad(Into); });
}
void before_ok(char *Into) { renew_bad(Into); }

int main() {
  char Text[128];
  before_ok(Text); // start-up
  boost::asio::io_context Loop;
  boost::asio::thread_pool Pool;
  posted_bad(Loop, Text);
  pool_ok(Pool, Text);
}
