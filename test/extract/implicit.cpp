// Calls that nobody wrote: constructors, destructors, copies, conversions, loops, bindings.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
#include "Inputs/std.h"
struct part { part(); part(const part &); part(part &&); part &operator=(const part &); ~part(); int n() const; };
int make();
bool cond();
void use(int);

struct base { base(); base(const base &); base &operator=(const base &); virtual ~base(); };
struct whole : base { part p; int i = make(); part a[2]; };
// CHECK-LABEL: function whole::whole
// CHECK: copy this<base> = param #0 base::base() implicit base-init
// CHECK: copy this.p = param #0.p part::part() implicit member-init
// CHECK-LABEL: function whole::whole
// CHECK: move this.p = {{(move )?}}param #0.p part::part() implicit member-init
// CHECK-LABEL: function whole::operator=
// CHECK: call base::operator=(param #0) on this
// CHECK: call part::operator=(param #0.p) on this.p
// CHECK: call part::operator=(param #0.a[{{.*}}) on this.a[
// CHECK-LABEL: function whole::~whole
// CHECK: call part::~part() on this.a[?] implicit destructor
// CHECK: call part::~part() on this.p implicit destructor
// CHECK: call base::~base() on this<base> implicit destructor
// CHECK-LABEL: function whole::whole
// CHECK: construct this<base> base::base() implicit base-init
// CHECK: construct this.p part::part() implicit member-init
// CHECK: call make()
// CHECK: construct this.i = call-result {{.*}}implicit member-init
// CHECK-LABEL: function copies
// CHECK: copy local 'v' = param 'w' whole::whole()
// CHECK: move local 'u' = move local 'v' whole::whole()
// CHECK: assign local 'u' = param 'w' whole::operator=()
void copies(const whole &w) {
  whole v = w;
  whole u = std::move(v);
  u = w;
  whole z;
}

struct root { root(int); ~root(); };
struct left : virtual root { left(); };
struct right : virtual root { right(); };
struct joined : left, right { joined(); ~joined(); part p; };
// CHECK-LABEL: function joined::joined
// CHECK: call make()
// CHECK: construct this<root> root::root(call-result {{.*}}implicit base-init
// CHECK: construct this<left> left::left() implicit base-init
// CHECK: construct this<right> right::right() implicit base-init
// CHECK: construct this.p part::part() implicit member-init
joined::joined() : root(make()) {}
// CHECK-LABEL: function joined::~joined
// CHECK: call part::~part() on this.p
// CHECK: call right::~right() on this<right>
// CHECK: call left::~left() on this<left>
// CHECK: call root::~root() on this<root>
joined::~joined() {}

struct given { given(int, part); given(); part p; };
// CHECK-LABEL: function given::given
// CHECK: construct temporary #[[#P:]] part::part()
// CHECK: construct this given::given(7, temporary #[[#P]]) implicit delegating
given::given() : given(7, part()) {}
struct heir : given { using given::given; part own; };
// CHECK-LABEL: function heir::heir
// CHECK: construct this<given> given::given(param #0, param #1) implicit inherited
// CHECK: construct this.own part::part() implicit member-init
// CHECK-LABEL: function inherits
// CHECK: construct local 'h' heir::heir(1, temporary
void inherits() { heir h(1, part()); }

struct number { operator int() const; explicit operator bool() const; number operator+(int) const; };
void later(int, int = make(), const part & = part(), std::function<void()> = [] { use(77); });
// CHECK-LABEL: function conversions
// CHECK: call number::operator int() on param 'n' implicit conversion
// CHECK: call number::operator bool() on param 'n' implicit conversion
// CHECK: call number::operator+(1) on param 'n' implicit operator
// CHECK: call make() implicit default-argument
// CHECK: construct temporary {{.*}} part::part() implicit default-argument
// CHECK: call later(2, call-result {{.*}}, temporary {{.*}} default-args 3
// CHECK: call part::~part() on temporary
void conversions(number n) {
  use(n);
  if (n)
    n + 1;
  later(2);
}

struct iterator { int operator*(); iterator &operator++(); bool operator!=(const iterator &) const; };
struct range { iterator begin(); iterator end(); ~range(); };
range numbers();
// CHECK-LABEL: function loop
// CHECK: call numbers()
// CHECK-DAG: call range::begin() on call-result {{.*}}implicit range-for
// CHECK-DAG: call range::end() on call-result {{.*}}implicit range-for
// CHECK: call iterator::operator!=({{.*}}implicit range-for
// CHECK: call iterator::operator*()
// CHECK: call iterator::operator++() {{.*}}implicit range-for
// CHECK: call range::~range() on call-result
void loop() {
  for (int x : numbers())
    use(x);
}

struct pair { int a; part b; };
pair make_pair();
struct tuple { tuple(); ~tuple(); template <unsigned long> int get(); };
namespace std {
template <class> struct tuple_size;
template <unsigned long, class> struct tuple_element;
template <> struct tuple_size<::tuple> { static constexpr unsigned long value = 2; };
template <unsigned long I> struct tuple_element<I, ::tuple> { using type = int; };
}
// CHECK-LABEL: function bindings
// CHECK: call make_pair()
// CHECK: construct local #[[#]] = call-result
// CHECK: construct local #[[#G:]] tuple::tuple()
// CHECK: call tuple::get() on {{.*}}local #[[#G]] implicit structured-binding
// CHECK: call tuple::get() on {{.*}}local #[[#G]] implicit structured-binding
// CHECK: call use(local #{{.*}}.a)
// CHECK: call tuple::~tuple() on local #[[#G]]
// CHECK: call pair::~pair() on local
void bindings() {
  auto [a, b] = make_pair();
  auto [c, d] = tuple();
  use(a);
}

// Elements are made in their place; a list's calls happen.
struct options { part p; void (*done)(int); int timeout = make(); pair inner; };
// CHECK-LABEL: function lists
// CHECK: construct local 'o'.p part::part()
// CHECK: call make()
// CHECK: construct local 'o'.inner.b part::part()
// CHECK: construct local 'o'.done = callable use
// CHECK: construct local 'o'.timeout = call-result
// CHECK: construct local 'o'.inner.a = 3
// CHECK: construct local 'two'[0] part::part()
// CHECK: construct local 'two'[1] part::part()
// CHECK: construct temporary #[[#L:]].b part::part()
// CHECK: call take(temporary #[[#L]])
void take(pair);
void lists() {
  options o{part(), use, .inner = {3, part()}};
  part two[] = {part(), part()};
  take({4, part()});
}

struct pooled { static void *operator new(unsigned long); static void operator delete(void *); pooled(int); virtual ~pooled(); };
// CHECK-LABEL: function heap
// CHECK: allocate alloc #[[#A:]] pooled::operator new()
// CHECK: call make()
// CHECK: construct alloc #[[#A]] pooled::pooled(call-result
// CHECK: call pooled::~pooled() on local 'p'-> virtual implicit destructor
// CHECK: deallocate = local 'p' pooled::operator delete()
// CHECK: construct alloc #{{.*}} part::part() : part[]
// CHECK: call part::~part() on local 'many'
// CHECK: construct local 'few' part::part() : part[]
// CHECK: call part::~part() on local 'few'[?]
void heap(int n) {
  pooled *p = new pooled(make());
  delete p;
  part *many = new part[n];
  delete[] many;
  part few[3];
}

// CHECK-LABEL: function temporaries
// CHECK: construct local 'kept' part::part()
// CHECK-NEXT: construct temporary #[[#T:]] part::part()
// CHECK-NEXT: call part::n() on temporary #[[#T]]
// CHECK-NEXT: call use(
// CHECK-NEXT: call part::~part() on temporary #[[#T]]
// CHECK-NEXT: lifetime-end temporary #[[#T]]
// CHECK: construct local 'either' part::part()
// CHECK: construct local 'either' part::part()
// CHECK-NOT: construct local 'either' = unknown
// CHECK: call part::~part() on local 'either'
// CHECK: call part::~part() on local 'kept'
void temporaries() {
  const part &kept = part();
  use(part().n());
  part either = cond() ? part() : part();
}

// A static local is made once, if at all, and not destroyed here.
// CHECK-LABEL: function statics
// CHECK: local 's' : part static
// CHECK: block 1{{$}}
// CHECK-NEXT: -> [[#AFTER:]]
// CHECK-NEXT: -> [[#ONCE:]]
// CHECK: block [[#ONCE]]{{$}}
// CHECK-NEXT: construct global 'statics::s' part::part()
// CHECK-NEXT: -> [[#AFTER]]
// CHECK-NOT: ~part
// CHECK: exit
void statics() { static part s; }

// CHECK-LABEL: function befriended
// CHECK: call make()
struct host { friend void befriended(host &) { make(); } };

// CHECK-LABEL: function uses_local
// CHECK: construct local 'l' uses_local::local::local()
// CHECK: call uses_local::local::go() on local 'l'
void uses_local() {
  struct local { part p; void go() { use(88); } };
  local l;
  l.go();
}
// CHECK-LABEL: function uses_local::local::go
// CHECK: call use(88)
