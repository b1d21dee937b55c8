#include "snapshot/core/lease.hpp"

#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include <new>

namespace portal::snapshot {

namespace {

constexpr unsigned kStripes = 64;

enum State : std::uint32_t { kFree, kTaken, kKept, kRetired };

/// Room for one snapshot that all threads look at.
struct Place {
  std::uint32_t state = kFree;
  alignas(Opened) std::byte memory[sizeof(Opened)];
  Opened& opened() noexcept { return *reinterpret_cast<Opened*>(memory); }
};

/// How many look at each place, counted by processor: a count that all share would make two threads
/// slower than one. Two lines apart, since processors fetch lines in pairs.
struct alignas(128) Stripe {
  std::uint32_t looking[Lease::kPlaces];
};

struct Shared {
  Stripe stripes[kStripes];
  ProcessMarks marks;
};

Place g_places[Lease::kPlaces];
Place* g_current = nullptr;
Shared* g_shared = nullptr;

template <class T>
T load(const T& value) noexcept {
  return __atomic_load_n(&value, __ATOMIC_SEQ_CST);
}
template <class T>
void store(T& value, T next) noexcept {
  __atomic_store_n(&value, next, __ATOMIC_SEQ_CST);
}
template <class T>
bool exchange(T& value, T expected, T next) noexcept {
  return __atomic_compare_exchange_n(&value, &expected, next, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
}
void enter(std::uint32_t& counter) noexcept { __atomic_fetch_add(&counter, 1U, __ATOMIC_SEQ_CST); }
void leave(std::uint32_t& counter) noexcept { __atomic_fetch_sub(&counter, 1U, __ATOMIC_SEQ_CST); }

/// Made by whoever is first; zero again in a child.
Shared* shared() noexcept {
  Shared* known = load(g_shared);
  if (known != nullptr) return known;
  void* memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  // A kernel before 4.14 cannot; then a child may keep some snapshots mapped.
  (void)::madvise(memory, sizeof(Shared), MADV_WIPEONFORK);
  if (exchange(g_shared, static_cast<Shared*>(nullptr), static_cast<Shared*>(memory))) {
    return static_cast<Shared*>(memory);
  }
  (void)::munmap(memory, sizeof(Shared));
  return load(g_shared);
}

std::uint32_t& counter_of(Shared& memory, const Place* place) noexcept {
  const unsigned processor = static_cast<unsigned>(::sched_getcpu());  // no system call
  return memory.stripes[processor % kStripes].looking[place - g_places];
}

bool has_lookers(const Shared& memory, const Place* place) noexcept {
  for (const Stripe& stripe : memory.stripes) {
    if (load(stripe.looking[place - g_places]) != 0) return true;
  }
  return false;
}

/// Unmaps what is retired and looked at by nobody. Whoever looks has counted himself before he saw
/// the place as the current one, which a retired one never is again before it was free.
void reclaim(const Shared& memory) noexcept {
  for (Place& place : g_places) {
    if (!exchange<std::uint32_t>(place.state, kRetired, kTaken)) continue;
    if (has_lookers(memory, &place)) {
      store<std::uint32_t>(place.state, kRetired);
      continue;
    }
    close_snapshot(place.opened());
    store<std::uint32_t>(place.state, kFree);
  }
}

Place* take_place(const Shared& memory) noexcept {
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (Place& place : g_places) {
      if (exchange<std::uint32_t>(place.state, kFree, kTaken)) return &place;
    }
    reclaim(memory);
  }
  return nullptr;
}

/// Makes `opened` what all threads look at, if they still look at `former`. Then `counter` is
/// counted.
Place* offer(const Opened& opened, Place* former, std::uint32_t*& counter) noexcept {
  Shared* memory = opened.generation == kDead ? nullptr : shared();
  Place* place = memory == nullptr ? nullptr : take_place(*memory);
  if (place == nullptr) return nullptr;
  new (place->memory) Opened(opened);
  counter = &counter_of(*memory, place);
  enter(*counter);
  store<std::uint32_t>(place->state, kKept);
  if (!exchange(g_current, former, place)) {
    leave(*counter);
    counter = nullptr;
    store<std::uint32_t>(place->state, kFree);
    return nullptr;
  }
  if (former != nullptr) store<std::uint32_t>(former->state, kRetired);
  reclaim(*memory);
  return place;
}

}  // namespace

Lease::Lease() noexcept {
  Place* place = load(g_current);
  if (place != nullptr) {
    std::uint32_t& counter = counter_of(*load(g_shared), place);
    enter(counter);
    if (load(g_current) == place && is_current(place->opened())) {
      counter_ = &counter;
      view_ = &place->opened().view;
      return;
    }
    leave(counter);
  }
  open();
}

void Lease::open() noexcept {
  // Until the end of the look-up: a thread that ends inside would leave descriptors and memory
  // behind.
  is_opening_ = true;
  (void)::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state_);
  Place* former = load(g_current);
  new (own_) Opened;
  fault_ = open_snapshot(kFolder, own());
  if (fault_ != Fault::none) return;
  Place* place = offer(own(), former, counter_);
  is_private_ = place == nullptr;
  view_ = is_private_ ? &own().view : &place->opened().view;
}

Lease::~Lease() noexcept {
  if (counter_ != nullptr) leave(*counter_);
  if (is_private_) close_snapshot(own());
  if (is_opening_) (void)::pthread_setcancelstate(cancel_state_, nullptr);
}

ProcessMarks* process_marks() noexcept {
  Shared* memory = shared();
  return memory == nullptr ? nullptr : &memory->marks;
}

}  // namespace portal::snapshot
