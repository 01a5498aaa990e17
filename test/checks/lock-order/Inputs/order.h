#include "mock/sync.h"
struct Journal {
  std::mutex Lock;
  void append();
};
struct Store {
  std::mutex Lock;
  Journal *Log;
  void save();
  void compact();
};
