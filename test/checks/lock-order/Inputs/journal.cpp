#include "order.h"
void Journal::append() { std::lock_guard<std::mutex> Hold(Lock); }
