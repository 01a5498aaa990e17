// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LoopWaits.h"

#include <algorithm>

namespace gridlock::symbolize {

const Frame *innermostUser(const std::vector<Frame> &Stack) {
  for (const Frame &F : Stack)
    if (F.User)
      return &F;
  return nullptr;
}

std::string loopLibrary(const std::vector<Frame> &Stack) {
  struct Library {
    std::string_view Function, Name; // a prefix where it ends in ':'
  };
  // The functions that run a loop, as they are exported or declared.
  static constexpr Library Known[] = {
      {"uv_run", "libuv"},
      {"event_base_loop", "libevent"},
      {"ev_run", "libev"},
      {"g_main_context_iteration", "GLib"},
      {"g_main_loop_run", "GLib"},
      {"QEventLoop::exec", "Qt"},
      {"QEventDispatcherUNIX::processEvents", "Qt"},
      {"QEventDispatcherGlib::processEvents", "Qt"},
      {"sd_event_run", "sd-event"},
      {"boost::asio::detail::scheduler::", "Boost.Asio"},
      {"asio::detail::scheduler::", "Asio"},
      {"folly::EventBase::", "folly"},
      {"seastar::reactor::", "Seastar"},
  };
  std::string Found; // the outermost: Qt may run GLib's
  for (const Frame &F : Stack)
    for (const Library &L : Known)
      if (L.Function.ends_with(':') ? F.Function.starts_with(L.Function)
                                    : F.Function == L.Function)
        Found = L.Name;
  return Found;
}

static bool sameCall(const Frame &A, const Frame &B) {
  return A.Sp == B.Sp && A.Function == B.Function;
}

const std::vector<Frame> &LoopWaits::of(std::uint32_t Loop) {
  auto [It, New] = Stacks.try_emplace(Loop);
  if (New)
    if (auto Raw = P.Stacks.find({monitor::RecordKind::Loop, Loop});
        Raw != P.Stacks.end())
      It->second = S.unwind(Raw->second);
  return It->second;
}

bool LoopWaits::left(std::uint32_t Loop, const std::vector<Frame> &Stack) {
  const std::vector<Frame> &Wait = of(Loop);
  const Frame *Waiting = innermostUser(Wait);
  if (!Waiting)
    return false;
  const auto Now =
      std::find_if(Stack.begin(), Stack.end(),
                   [&](const Frame &F) { return sameCall(F, *Waiting); });
  return Now == Stack.end() ||
         (Waiting != &Wait.front() && Now->Where != Waiting->Where);
}

bool LoopWaits::madeByLoop(std::uint32_t Loop,
                           const std::vector<Frame> &Stack) {
  const std::vector<Frame> &Wait = of(Loop);
  const Frame *A = innermostUser(Stack), *B = innermostUser(Wait);
  return A && B && A != &Stack.front() && B != &Wait.front() &&
         sameCall(*A, *B) && A->Where == B->Where && sameCall(A[-1], B[-1]) &&
         !A[-1].Function.empty();
}

} // namespace gridlock::symbolize
