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
