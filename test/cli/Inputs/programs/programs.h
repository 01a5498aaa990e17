void handle(int fd);
void keep(int fd);
void wait_bad(int fd);
void count_ok(int fd);
void log_change(int fd);
