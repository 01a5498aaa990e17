// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which file is mapped where, and its build id: read from the kernel and from
// memory, so without the loader's lock. A forked child, whose maps are mostly
// its parent's, need not look for build ids again.
#include "runtime-monitor/records/Writer.h"

#include "runtime-monitor/core/Lock.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fcntl.h>

namespace gridlock::monitor {

namespace {

Lock MapsLock;
char Buffer[128 * 1024]; // what matters of /proc/self/maps
uint64_t LastHash = 0;   // of what was written last; 0: nothing

// BuildId records, as they are written, and the maps they belong to.
constexpr size_t MostOfRecord =
    sizeof(RecordHeader) + sizeof(BuildIdRecord) + 64;
struct {
  size_t Size;
  char Bytes[48 * 1024];
} BuildIds;
uint64_t KnownHash = 0; // of the maps that BuildIds and Code are of

// What is executable, by address. Read without the lock: that a wrong answer
// may come out while it changes does no harm.
struct Range {
  uint64_t From, To;
};
Range Code[1024];
std::atomic<uint32_t> CodeCount{0};

uint64_t hashOf(const char *S, size_t N) noexcept {
  uint64_t H = 0xcbf29ce484222325u;
  for (size_t I = 0; I < N; ++I)
    H = (H ^ static_cast<unsigned char>(S[I])) * 0x100000001b3u;
  return H;
}

uint64_t hexadecimal(const char *&S) noexcept {
  uint64_t N = 0;
  for (;; ++S) {
    char C = *S;
    if (C >= '0' && C <= '9')
      N = N * 16 + static_cast<uint64_t>(C - '0');
    else if (C >= 'a' && C <= 'f')
      N = N * 16 + static_cast<uint64_t>(C - 'a' + 10);
    else
      return N;
  }
}

// Only file mappings that are executable or hold a program's or library's
// beginning: a program with a million anonymous mappings, or ten thousand
// threads, stays small, and shared memory that comes and goes is no news.
// Line: without its newline.
bool matters(const char *Line, const char *End) noexcept {
  const char *S = Line;
  hexadecimal(S);
  ++S;
  hexadecimal(S); // S: " r-xp offset ..."
  const char *Offset = S + 6;
  const uint64_t At = hexadecimal(Offset);
  const auto Size = static_cast<size_t>(End - S);
  if (std::memchr(S, '/', Size))
    return S[3] == 'x' ||
           (At == 0 && S[1] == 'r' && S[2] == '-' && S[4] == 'p');
  return S[3] == 'x' && std::memchr(S, '[', Size); // [vdso]
}

// What matters of /proc/self/maps into Buffer: its size.
size_t readMaps() noexcept {
  long Fd = sys::open("/proc/thread-self/maps", O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return 0;
  size_t Kept = 0, Size = 0; // behind what is kept, part of a line
  for (;;) {
    long N =
        sys::read(static_cast<int>(Fd), Buffer + Size, sizeof Buffer - Size);
    if (N <= 0)
      break;
    Size += static_cast<size_t>(N);
    size_t At = Kept;
    while (auto *End =
               static_cast<char *>(std::memchr(Buffer + At, '\n', Size - At))) {
      const size_t Length = static_cast<size_t>(End - (Buffer + At)) + 1;
      if (matters(Buffer + At, End)) {
        std::memmove(Buffer + Kept, Buffer + At, Length);
        Kept += Length;
      }
      At += Length;
    }
    std::memmove(Buffer + Kept, Buffer + At, Size - At);
    Size = Kept + (Size - At);
  }
  sys::close(static_cast<int>(Fd));
  if (Size == sizeof Buffer)
    lost("mappings (more than 128 KiB of files)");
  return Kept;
}

void addBuildId(uint64_t Base) noexcept {
  Elf64_Ehdr Header;
  if (sys::copyMemory(&Header, Base, sizeof Header) != sizeof Header ||
      std::memcmp(Header.e_ident, ELFMAG, SELFMAG) != 0 || Header.e_phnum > 64)
    return;
  for (unsigned I = 0; I < Header.e_phnum; ++I) {
    Elf64_Phdr P;
    if (sys::copyMemory(&P, Base + Header.e_phoff + I * sizeof P, sizeof P) !=
        sizeof P)
      return;
    if (P.p_type != PT_NOTE || P.p_filesz > 4096)
      continue;
    char Notes[4096];
    // The notes lie in the first mapping, where file offset and address agree.
    size_t Size = sys::copyMemory(Notes, Base + P.p_offset, P.p_filesz);
    for (size_t At = 0; At + sizeof(Elf64_Nhdr) <= Size;) {
      Elf64_Nhdr N;
      std::memcpy(&N, Notes + At, sizeof N);
      size_t Name = At + sizeof N, Data = Name + ((N.n_namesz + 3) & ~3u);
      At = Data + ((N.n_descsz + 3) & ~3u);
      if (At > Size || N.n_descsz > 64)
        break;
      if (N.n_type == NT_GNU_BUILD_ID && N.n_namesz == 4 &&
          std::memcmp(Notes + Name, "GNU", 4) == 0) {
        if (BuildIds.Size + MostOfRecord > sizeof BuildIds.Bytes)
          return lost("build ids (more than 48 KiB)");
        const BuildIdRecord R{Base, N.n_descsz, 0};
        const RecordHeader H{RecordKind::BuildId,
                             static_cast<uint32_t>(sizeof R + N.n_descsz)};
        char *To = BuildIds.Bytes + BuildIds.Size;
        const size_t All = (sizeof H + H.Size + 7) & ~size_t{7};
        std::memset(To, 0, All);
        std::memcpy(To, &H, sizeof H);
        std::memcpy(To + sizeof H, &R, sizeof R);
        std::memcpy(To + sizeof H + sizeof R, Notes + Data, N.n_descsz);
        BuildIds.Size += All;
        return;
      }
    }
  }
}

/// Code and build ids of what is in Buffer.
void learn(size_t Size) noexcept {
  BuildIds.Size = 0;
  uint32_t Count = 0;
  for (size_t I = 0; I < Size;) {
    const char *S = Buffer + I;
    uint64_t Base = hexadecimal(S);
    ++S;
    const uint64_t End = hexadecimal(S);
    if (S[3] == 'x' && Count < std::size(Code))
      Code[Count++] = {Base, End};
    bool Readable = S[1] == 'r';
    const char *Offset = S + 6;
    auto *Line = static_cast<const char *>(
        std::memchr(S, '\n', Size - static_cast<size_t>(S - Buffer)));
    if (Readable && hexadecimal(Offset) == 0 &&
        std::memchr(S, '/', static_cast<size_t>(Line - S)) != nullptr)
      addBuildId(Base);
    I = static_cast<size_t>(Line - Buffer) + 1;
  }
  CodeCount.store(Count, std::memory_order_release);
}

} // namespace

void forgetMaps() noexcept {
  MapsLock.reset();
  LastHash = 0;
}

void writeMaps() noexcept {
  Locked Guard(MapsLock);
  const size_t Size = readMaps();
  uint64_t Hash = hashOf(Buffer, Size);
  if (Hash == LastHash || Size == 0)
    return;
  LastHash = Hash;
  if (Hash != KnownHash) {
    KnownHash = 0; // should another thread fork meanwhile
    learn(Size);
    KnownHash = Hash;
  }
  writeRecord(RecordKind::Maps, {Buffer, Size});
  writePrepared({BuildIds.Bytes, BuildIds.Size});
}

bool mapsKnown() noexcept {
  return CodeCount.load(std::memory_order_relaxed) != 0;
}

bool isCode(uint64_t Address) noexcept {
  const Range *From = Code,
              *To = Code + CodeCount.load(std::memory_order_acquire);
  From = std::partition_point(From, To,
                              [&](const Range &R) { return R.To <= Address; });
  return From != To && Address >= From->From;
}

} // namespace gridlock::monitor
