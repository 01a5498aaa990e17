extern "C" int fakeclient_wait(int Ms);
extern "C" int plugin_work(int Ms) { return fakeclient_wait(Ms); }
