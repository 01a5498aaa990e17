// An object that is moved to a thread may block there; what belongs to others may not.
// RUN: %check_all blocking-in-callback %s
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-in-callback' --profile strict --quiet -- -std=c++20 > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT < %t.out
struct QThread {
  static void sleep(unsigned long);
};
struct QTimerEvent;
struct QObject {
  void moveToThread(QThread *);
  template <typename S, typename C, typename F> static void connect(S *, void (S::*)(), C *, F) {}
  virtual void timerEvent(QTimerEvent *);
};
struct QTimer : QObject {
  void timeout();
};

struct Worker : QObject {
  // STRICT: qt-threads.cpp:[[@LINE+1]]:20: warning: 'QThread::sleep' blocks
  void work_ok() { QThread::sleep(1); }
  // STRICT: qt-threads.cpp:[[@LINE+1]]:45: warning: 'QThread::sleep' blocks
  void timerEvent(QTimerEvent *) override { QThread::sleep(2); }
};

struct Window : QObject {
  // CHECK: qt-threads.cpp:[[@LINE+1]]:24: warning: 'QThread::sleep' blocks the event loop in callback 'Window::refresh_bad'
  void refresh_bad() { QThread::sleep(1); }
  // CHECK: qt-threads.cpp:[[@LINE+1]]:45: warning: 'QThread::sleep' blocks the event loop in 'Window::timerEvent'
  void timerEvent(QTimerEvent *) override { QThread::sleep(2); }
};

void start(QTimer *Timer, Worker *W, Window *Own, QThread *Thread) {
  W->moveToThread(Thread);
  QObject::connect(Timer, &QTimer::timeout, W, &Worker::work_ok);
  QObject::connect(Timer, &QTimer::timeout, Own, &Window::refresh_bad);
  QObject::connect(Timer, &QTimer::timeout, W, [] { QThread::sleep(3); });
  // CHECK: qt-threads.cpp:[[@LINE+1]]:55: warning: 'QThread::sleep' blocks the event loop in the callback lambda in 'start'
  QObject::connect(Timer, &QTimer::timeout, Own, [] { QThread::sleep(4); });
}
