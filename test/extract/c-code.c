// C: tables of functions, jumps, cleanup, statement expressions, assembly.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
struct ops { void (*open)(int); int (*close)(int); const char *name; };
void opens(int);
int closes(int);
static void own(int x) { opens(x); }
void release(void *);
int _setjmp(void *) __attribute__((returns_twice));
void longjmp(void *, int) __attribute__((noreturn));
// What constant initialisers hand out is known.
// CHECK-LABEL: function table::(static init)
// CHECK: construct global 'table'.open = callable opens
// CHECK: construct global 'table'.close = callable closes
struct ops table = {.close = closes, .open = opens, .name = "x"};
// CHECK-LABEL: function constants::(static init)
// CHECK: construct global 'constants'[0].open = callable own
// CHECK: construct global 'constants'[1].open = callable opens
static const struct ops constants[2] = {{own}, [1] = {.open = opens}};
// CHECK-LABEL: function single::(static init)
// CHECK: construct global 'single' = callable own
static void (*single)(int) = own;
// CHECK-LABEL: function known::(static init)
// CHECK: construct global 'known'[0] = &global 'table'
struct ops *known[] = {&table};
// CHECK-NOT: numbers
static const int numbers[] = {1, 2, 3};

// CHECK-LABEL: function calls
// CHECK: call ?(1) on param 'o'->.open indirect
// CHECK: call ?(2) on global 'constants'[0].open indirect
// CHECK: call ?(3) on global 'single' indirect
// CHECK: construct global 'calls::lasting'.open = callable own
// CHECK: construct local 'l'.open = callable own
// CHECK: construct temporary #[[#T:]].open = callable opens
// CHECK: assign local 'l' = temporary #[[#T]]
void calls(struct ops *o) {
  o->open(1);
  constants[0].open(numbers[0]);
  constants[0].open(2);
  (*single)(3);
  static struct ops lasting = {own};
  lasting.open(4);
  struct ops l = {.open = own};
  l = (struct ops){.open = opens};
}
// CHECK-LABEL: function cleans
// CHECK: return = 1
// CHECK-NEXT: call release(&local 'outer') implicit cleanup
// CHECK: call opens(
// CHECK-NEXT: call release(&local 'inner') implicit cleanup
// CHECK: return = 0
// CHECK-NEXT: call release(&local 'outer') implicit cleanup
int cleans(int n) {
  __attribute__((cleanup(release))) int outer = n;
  if (n)
    return 1;
  {
    __attribute__((cleanup(release))) int inner = 2;
    opens(inner);
  }
  return 0;
}
// CHECK-LABEL: function jumps
// CHECK: -> [[#OUT:]]
// CHECK: call opens(1)
// CHECK: -> {{.*}} back
// CHECK: call opens(3)
void jumps(int n) {
  if (n)
    goto out;
  opens(1);
again:
  if (closes(2))
    goto again;
out:
  opens(3);
}
// CHECK-LABEL: function computed
// CHECK-DAG: call opens(1)
// CHECK-DAG: call opens(2)
void computed(int n) {
  static void *where[] = {&&one, &&two};
  goto *where[n];
one:
  opens(1);
  return;
two:
  opens(2);
}
// CHECK-LABEL: function falls
// CHECK: -> [[#ONE:]] case if eq param 'n', 1
// CHECK: block [[#ONE]]
// CHECK-NEXT: call opens(1)
// CHECK-NEXT: -> [[#TWO:]]
// CHECK: block [[#TWO]]
// CHECK-NEXT: call opens(2)
void falls(int n) {
  switch (n) {
  case 1:
    opens(1);
  case 2:
    opens(2);
    break;
  }
}
// CHECK-LABEL: function expressions
// CHECK: call closes(param 'n')
// CHECK: call opens(local 'y')
// CHECK: call closes(2)
// CHECK-NOT: call closes(3)
// CHECK: call opens(4)
// CHECK: call closes(5)
// CHECK: call closes(6)
// CHECK: exit
int expressions(int n) {
  int x = ({ int y = closes(n); if (y) opens(y); y; });
  int sized[closes(2)];
  _Generic(closes(3), int: opens, default: own)(4);
  return closes(5) ?: closes(6);
}
// CHECK-LABEL: function leaves
// CHECK: call _setjmp(
// CHECK: block {{.*}} no-return
// CHECK: call longjmp(
int leaves(void *b) {
  if (_setjmp(b))
    return 1;
  longjmp(b, 1);
}
// CHECK-LABEL: function assembles partial
// CHECK: unsupported 'inline assembly'
// CHECK: -> [[#A:]]{{$}}
// CHECK: -> [[#B:]]{{$}}
// CHECK: call opens(1)
// CHECK: call opens(2)
int assembles(int n) {
  asm goto("" : : : : there);
  opens(1);
  return 1;
there:
  opens(2);
  return 2;
}
