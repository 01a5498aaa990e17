// A function of internal linkage with the same name and no harm in it.
static void local() {}
void other() { local(); }
