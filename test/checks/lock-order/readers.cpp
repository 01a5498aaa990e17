// Readers that cross each other wait for each other where writers wait between.
// RUN: %check_all lock-order %s --profile strict -- -I%S/../Inputs
#include "mock/sync.h"

namespace written {
std::shared_mutex A, B;
void ab_bad() {
  std::shared_lock<std::shared_mutex> First(A);
  // CHECK: readers.cpp:[[@LINE+1]]:39: warning: locks 'written::A' and 'written::B' are taken in opposite orders: {{.*}}, in shared mode: readers can wait
  std::shared_lock<std::shared_mutex> Second(B);
}
void ba_bad() {
  std::shared_lock<std::shared_mutex> First(B);
  std::shared_lock<std::shared_mutex> Second(A);
}
void writeA() { std::unique_lock<std::shared_mutex> Only(A); }
void writeB() { std::unique_lock<std::shared_mutex> Only(B); }
} // namespace written

namespace never_written {
std::shared_mutex A, B;
void ab_ok() {
  std::shared_lock<std::shared_mutex> First(A);
  std::shared_lock<std::shared_mutex> Second(B);
}
void ba_ok() {
  std::shared_lock<std::shared_mutex> First(B);
  std::shared_lock<std::shared_mutex> Second(A);
}
} // namespace never_written

// Modes are said where they differ; the locks are of an anonymous namespace.
namespace {
std::mutex Rows;
std::shared_mutex Index;
void rows_first_bad() {
  std::lock_guard<std::mutex> First(Rows);
  std::shared_lock<std::shared_mutex> Second(Index);
}
void index_first_bad() {
  std::unique_lock<std::shared_mutex> First(Index);
  // CHECK: readers.cpp:[[@LINE+1]]:31: warning: locks '(anonymous)::Rows' and '(anonymous)::Index' are taken in opposite orders: '(anonymous)::rows_first_bad' takes '(anonymous)::Rows' then '(anonymous)::Index' in shared mode, '(anonymous)::index_first_bad' takes '(anonymous)::Index' then '(anonymous)::Rows'; instead: take them in one order everywhere [gridlock
  std::lock_guard<std::mutex> Second(Rows);
}
} // namespace
void all() {
  rows_first_bad();
  index_first_bad();
}
