// Puts accounts into a store, by the store's own code: what a registration would have left.
//
//   fill_store STORE-FILE KEY-FILE < LINES
//
// A line is "login name TAB DN TAB entryUUID TAB AHV number TAB seed in hexadecimal".
#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/keyring.hpp"
#include "domain/ports/accounts.hpp"
#include "domain/ports/people.hpp"
#include "store/sql_store.hpp"

namespace {

using namespace portal;

constexpr int kBatch = 2'000;

struct Line {
  std::string name, dn, entry_uuid, ahv, seed;
};

bool read_line(Line& line) {
  std::string text;
  if (!std::getline(std::cin, text)) return false;
  std::istringstream fields(text);
  for (std::string* field : {&line.name, &line.dn, &line.entry_uuid, &line.ahv, &line.seed}) {
    std::getline(fields, *field, '\t');
  }
  return true;
}

std::string bytes_of(const std::string& hexadecimal) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

Result<void> add(Transaction& transaction, const Line& line, UtcTime now) {
  const auto ahv = AhvNumber::parse(line.ahv);
  const auto born = BirthDate::parse_iso("1961-05-23");
  const auto email = EmailAddress::parse(line.name + "@example.ch");
  if (!ahv) return fail(ahv.error());
  if (!email) return fail(email.error());
  const Person person{PersonId::random(), *ahv, *born, "Anna", "Muster", Language::fr};
  if (auto done = transaction.people().put(person); !done) return done;
  const Account account{AccountId::random(),  person.id,       *email,  line.name,    Language::fr,
                        AccountState::active, line.entry_uuid, line.dn, std::nullopt, now};
  Accounts& accounts = transaction.accounts();
  if (auto done = accounts.add(account); !done) return done;
  const Membership membership{account.id, PortalId("flex"), AudienceId("insured"), now};
  if (auto done = accounts.add_membership(membership); !done) return done;
  Factor factor;
  factor.id = FactorId::random();
  factor.account = account.id;
  factor.seed = Secret(bytes_of(line.seed));
  factor.created = now;
  return accounts.add_factor(factor);
}

Result<void> fill(Store& store, UtcTime now) {
  std::vector<Line> batch;
  for (bool more = true; more;) {
    Line line;
    more = read_line(line);
    if (more) batch.push_back(line);
    if (batch.size() < kBatch && more) continue;
    auto done = store.write("bench.fill", [&](Transaction& transaction) -> Result<void> {
      for (const Line& each : batch) {
        if (auto added = add(transaction, each, now); !added) return added;
      }
      return {};
    });
    if (!done) return done;
    batch.clear();
  }
  return {};
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 3) return 2;
  auto keyring = Keyring::load(argv[2]);
  const SystemClock clock;
  if (!keyring) {
    std::cerr << "fill_store: " << keyring.error().detail << '\n';
    return 1;
  }
  StoreSettings settings;
  settings.url = std::string("sqlite://") + argv[1];
  const auto store = SqlStore::open(settings, *keyring, clock);
  if (!store) {
    std::cerr << "fill_store: " << store.error().detail << '\n';
    return 1;
  }
  const auto done = fill(**store, clock.now());
  if (!done) std::cerr << "fill_store: " << done.error().detail << '\n';
  return done ? 0 : 1;
}
