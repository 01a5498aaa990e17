#include <unistd.h>
static void local() { sleep(1); }
void helper() { local(); }
