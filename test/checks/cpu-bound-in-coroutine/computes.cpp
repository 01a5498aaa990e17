// Long computations on the loop: what is long on any input is shown by default, what
// grows with its input by the strict profile.
// RUN: %check_all cpu-bound-in-coroutine %s -- -I%S/../Inputs
// RUN: %not %gridlock check %s --checks='-*,gridlock-cpu-bound-in-coroutine' --profile strict --quiet -- -std=c++20 -I%S/../Inputs > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT --implicit-check-not=small_ok < %t.out
#include "mock/asio.h"
#include "mock/coroutine.h"
#include "mock/sync.h"

extern "C" {
int crypto_pwhash_str_verify(const char *, const char *, unsigned long long);
int PKCS5_PBKDF2_HMAC(const char *, int, const unsigned char *, int, int,
                      const void *, int, unsigned char *);
unsigned char *SHA256(const unsigned char *, unsigned long, unsigned char *);
int deflate(struct z_stream *, int);
}

unsigned char Data[1 << 20];

task password_bad() {
  // CHECK: computes.cpp:[[@LINE+1]]:3: warning: 'crypto_pwhash_str_verify' keeps the event loop busy in coroutine 'password_bad'; instead: {{.*}} [gridlock-cpu-bound-in-coroutine]
  crypto_pwhash_str_verify("", "", 0);
  co_return;
}

void plain_ok() { crypto_pwhash_str_verify("", "", 0); }

static void derive(int Iterations) {
  // STRICT: computes.cpp:[[@LINE+1]]:3: warning: 'PKCS5_PBKDF2_HMAC' may keep the event loop busy
  PKCS5_PBKDF2_HMAC("", 0, Data, 8, Iterations, nullptr, 32, Data);
}
task unknown_count_ok(int Iterations) {
  derive(Iterations);
  co_return;
}
task constant_bad() {
  // CHECK: computes.cpp:[[@LINE+1]]:3: warning: 'PKCS5_PBKDF2_HMAC' keeps the event loop busy in coroutine 'constant_bad'
  PKCS5_PBKDF2_HMAC("", 0, Data, 8, 600000, nullptr, 32, Data);
  co_return;
}
task small_ok() {
  PKCS5_PBKDF2_HMAC("", 0, Data, 8, 10, nullptr, 32, Data);
  SHA256(Data, 32, Data);
  co_return;
}

// Grows with its input: of medium precision.
task digest_ok(unsigned long Size) {
  // STRICT: computes.cpp:[[@LINE+1]]:3: warning: 'SHA256' may keep the event loop busy in coroutine 'digest_ok'
  SHA256(Data, Size, Data);
  co_return;
}
task compress_ok(z_stream *Stream) {
  // STRICT: computes.cpp:[[@LINE+1]]:3: warning: 'deflate' may keep the event loop busy in coroutine 'compress_ok'
  deflate(Stream, 0);
  co_return;
}

void callback_bad(boost::asio::io_context &Loop) {
  boost::asio::post(Loop, [] {
    // CHECK: computes.cpp:[[@LINE+1]]:5: warning: 'crypto_pwhash_str_verify' keeps the event loop busy in the callback lambda in 'callback_bad'
    crypto_pwhash_str_verify("", "", 0);
  });
}

void pool_ok(boost::asio::thread_pool &Pool) {
  boost::asio::post(Pool, [] { crypto_pwhash_str_verify("", "", 0); });
}

task thread_ok() {
  std::thread Worker([] { crypto_pwhash_str_verify("", "", 0); });
  Worker.detach();
  co_return;
}
