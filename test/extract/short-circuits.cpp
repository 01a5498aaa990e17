// Operands of && and || are branches wherever the condition stands, and a returned condition is one.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
struct text { text(const char *); ~text(); };
bool ask(int);
bool ask(const text &);
struct part { int n; };
bool of(const part &);

// CHECK-LABEL: function negated
// CHECK: -> [[B:[0-9]+]] true if truth param 'a'
// CHECK-NEXT: -> [[YES:[0-9]+]] false if truth param 'a'
// CHECK-NEXT: block [[B]]
// CHECK-NEXT: -> [[C:[0-9]+]] true if truth param 'b'
// CHECK-NEXT: -> [[NO:[0-9]+]] false if truth param 'b'
// CHECK-NEXT: block [[C]]
// CHECK: -> [[YES]] true if truth call-result
// CHECK-NEXT: -> [[NO]] false if truth call-result
// CHECK-NEXT: block [[NO]]
// CHECK-NEXT: return = 2
// CHECK: block [[YES]]
// CHECK-NEXT: return = 1
int negated(bool a, bool b) {
  if (!(a && !(b && ask(1))))
    return 1;
  return 2;
}

// CHECK-LABEL: function temporaries
// CHECK: -> [[YES:[0-9]+]] true if truth param 'a'
// CHECK: call of(
// CHECK-NEXT: -> [[YES]] true if truth call-result
// CHECK: block [[YES]]
// CHECK-NEXT: return = 1
int temporaries(bool a) {
  if (a || of(part{3}))
    return 1;
  return 2;
}

// Where temporaries of an operand are destroyed on one of the ways, nothing is said.
// CHECK-LABEL: function destroyed
// CHECK: ~text
// CHECK-NOT: if truth
// CHECK: return = 1
int destroyed(bool a) {
  if ((a && ask(text("x"))) && ask(text("y")))
    return 1;
  return 2;
}

// CHECK-LABEL: function returned
// CHECK: -> [[B:[0-9]+]] true if eq param 'a', 3
// CHECK-NEXT: -> [[NO:[0-9]+]] false if eq param 'a', 3
// CHECK: call ask(1)
// CHECK-NEXT: -> [[YES:[0-9]+]] true if truth call-result
// CHECK-NEXT: -> [[NO]] false if truth call-result
// CHECK: block [[YES]]
// CHECK-NEXT: return = 1
// CHECK-NEXT: -> [[REST:[0-9]+]]
// CHECK: block [[NO]]
// CHECK-NEXT: return = 0
// CHECK-NEXT: -> [[REST]]
// CHECK: block [[REST]]
// CHECK-NEXT: call text::~text() on local 't'
bool returned(int a) {
  text t("x");
  return a == 3 && ask(1);
}

// CHECK-LABEL: function compared
// CHECK: call ask(1)
// CHECK-NEXT: -> [[YES:[0-9]+]] true if not truth call-result
// CHECK: block [[YES]]
// CHECK-NEXT: return = 1
bool compared() { return !ask(1); }

// CHECK-LABEL: function numbers
// CHECK: return = unknown(arithmetic)
bool numbers(int a, int b) { return a == b; }
