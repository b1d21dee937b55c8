#include "domain/key_rotation.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "domain/administration_acts.hpp"
#include "domain/audit_trail.hpp"
#include "domain/ports/store.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

/// A daemon that has not told of itself for so long is gone.
constexpr auto kPresence = 2min;
/// Longer than it takes the others to notice which key is active.
constexpr auto kNoticed = 5s;
/// Few enough that a login which waits for them does not notice.
constexpr int kRowsAtOnce = 50;
constexpr auto kAtATime = 1s;
/// Lets those have their turn who wait to write.
constexpr auto kBreath = 2ms;

bool holds(const std::vector<std::string>& fingerprints, const std::string& fingerprint) {
  return std::ranges::find(fingerprints, fingerprint) != fingerprints.end();
}

/// Fails: conflict (a daemon that is there does not hold the key).
Result<void> is_everywhere(MasterKeys& keys, const std::string& fingerprint, UtcTime now) {
  const auto holders = keys.holders(now - kPresence);
  if (!holders) return fail(holders.error());
  for (const KeyHolder& holder : *holders) {
    if (holds(holder.fingerprints, fingerprint)) continue;
    return fail(Errc::conflict, "the daemon " + holder.node + " does not hold the key " +
                                    fingerprint + " yet: copy the key file there and reload it");
  }
  return {};
}

}  // namespace

KeyRotation::KeyRotation(Store& store, Keyring& keyring, const Clock& clock, Place place)
    : store_(store), keyring_(keyring), clock_(clock), place_(std::move(place)) {}

Result<std::size_t> KeyRotation::take_up() {
  Result<std::size_t> taken = keyring_.take_up(place_.key_file);
  if (!taken) return taken;
  if (auto told = tell(); !told) return fail(std::move(told).error());
  return taken;
}

Result<void> KeyRotation::tell() {
  const KeyHolder self{place_.node, keyring_.fingerprints(), clock_.now()};
  return store_.write(
      "keys.tell", [&](Transaction& transaction) { return transaction.keys().note_holder(self); });
}

Result<void> KeyRotation::leave() {
  return store_.write("keys.leave", [&](Transaction& transaction) {
    return transaction.keys().forget_holder(place_.node);
  });
}

Result<void> KeyRotation::follow() {
  const auto used = in_read<std::vector<UsedKey>>(
      store_, [](Transaction& transaction) { return transaction.keys().used(); });
  if (!used) {
    // Whoever was away while the key changed is let in with the new one alone.
    (void)keyring_.take_up(place_.key_file);
    return fail(used.error());
  }
  if (used->empty()) return fail(Errc::internal, "the store has no key");
  const std::string& active = used->back().fingerprint;
  if (active == keyring_.fingerprint()) return {};
  if (std::ranges::find(*used, keyring_.fingerprint(), &UsedKey::fingerprint) == used->end()) {
    return fail(Errc::denied, "the store names the key " + active + " active, and does not know " +
                                  keyring_.fingerprint() +
                                  ", which was active here: is it an earlier copy? Then restart");
  }
  if (!holds(keyring_.fingerprints(), active)) {
    const Result<std::size_t> taken = keyring_.take_up(place_.key_file);
    if (!taken) return fail(taken.error());
  }
  return keyring_.use(used->front().fingerprint, active);
}

Result<void> KeyRotation::reseal() {
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < kAtATime) {
    const UtcTime now = clock_.now();
    const auto due = in_read<bool>(store_, [&](Transaction& transaction) -> Result<bool> {
      const auto place = transaction.keys().resealing();
      if (!place) return fail(place.error());
      if (!*place) return false;
      const auto used = transaction.keys().used();
      if (!used) return fail(used.error());
      return used->back().activated + kNoticed <= now;
    });
    if (!due) return fail(due.error());
    if (!*due) return {};
    auto batch = in_write<Resealed>(
        store_, "keys.reseal", [&](Transaction& transaction) -> Result<Resealed> {
          auto done = transaction.keys().reseal(kRowsAtOnce);
          if (!done || !done->finished) return done;
          AuditEvent event = success_event(now, "key.resealed", "", Source{"local", "portald"});
          event.reason = "key " + keyring_.fingerprint();
          auto told = transaction.audit().append(event);
          if (!told) return fail(std::move(told).error());
          return done;
        });
    if (!batch) return fail(std::move(batch).error());
    if (batch->unreadable > 0) {
      log(LogLevel::warning, "rows that cannot be read stay under the key before",
          {{"rows", std::to_string(batch->unreadable)}});
    }
    std::this_thread::sleep_for(kBreath);
  }
  return {};
}

Result<KeyStanding> KeyRotation::standing() {
  const UtcTime now = clock_.now();
  return in_read<KeyStanding>(store_, [&](Transaction& transaction) -> Result<KeyStanding> {
    MasterKeys& keys = transaction.keys();
    KeyStanding standing;
    auto used = keys.used();
    if (!used) return fail(std::move(used).error());
    standing.used = std::move(*used);
    for (std::string& held : keyring_.fingerprints()) {
      const auto known = std::ranges::find(standing.used, held, &UsedKey::fingerprint);
      if (known == standing.used.end()) standing.waiting.push_back(std::move(held));
    }
    auto resealing = keys.resealing();
    if (!resealing) return fail(std::move(resealing).error());
    standing.resealing = std::move(*resealing);
    auto needs = keys.needs(now);
    if (!needs) return fail(std::move(needs).error());
    standing.needs = std::move(*needs);
    auto holders = keys.holders(now - kPresence);
    if (!holders) return fail(std::move(holders).error());
    standing.holders = std::move(*holders);
    return standing;
  });
}

Result<std::string> KeyRotation::activate(const Administrator& by) {
  if (auto taken = take_up(); !taken) return fail(std::move(taken).error());
  const std::string newest = keyring_.fingerprints().front();
  const UtcTime now = clock_.now();
  auto first = in_write<std::string>(store_, "keys.activate",
                                     [&](Transaction& transaction) -> Result<std::string> {
                                       MasterKeys& keys = transaction.keys();
                                       if (auto ready = is_everywhere(keys, newest, now); !ready)
                                         return fail(std::move(ready).error());
                                       if (auto done = keys.activate(newest, now); !done)
                                         return fail(std::move(done).error());
                                       AuditEvent event = act_of(by, now, "key.activated", "");
                                       event.reason = "key " + newest;
                                       // The first record under the new key.
                                       if (auto told = transaction.audit().append(event); !told)
                                         return fail(std::move(told).error());
                                       auto used = keys.used();
                                       if (!used) return fail(std::move(used).error());
                                       return used->front().fingerprint;
                                     });
  if (!first) return fail(std::move(first).error());
  if (auto used = keyring_.use(*first, newest); !used) return fail(std::move(used).error());
  return newest;
}

}  // namespace portal
