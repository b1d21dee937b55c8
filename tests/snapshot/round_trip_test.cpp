// What is published is what is read, by each key, from a base, a delta and both together.

#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;

namespace {

std::optional<Account> named(const OpenedSnapshot& snapshot, const std::string& name) {
  return got(snapshot.account(name));
}
std::optional<Account> with_uid(const OpenedSnapshot& snapshot, std::uint32_t uid) {
  return got(snapshot.account(uid));
}

void accounts_are_found_by_name_and_uid(void**) {
  // N2
  const Publisher publisher(1'000);
  const OpenedSnapshot snapshot = publisher.opened();
  for (std::uint32_t number = 1; number <= 1'000; ++number) {
    Account expected = account(number);
    expected.aliases = {publisher.writer->alias_key(expected.name + "@example.ch")};
    assert_true(named(snapshot, expected.name) == expected);
    assert_true(with_uid(snapshot, expected.uid) == expected);
  }
  for (const std::uint32_t number : {0U, 1'001U, 99'999U, 4'000'000'000U}) {
    assert_false(named(snapshot, "p" + std::to_string(number)).has_value());
    assert_false(with_uid(snapshot, kFirstUid + number).has_value());
  }
  for (const std::uint32_t uid : {0U, 1U, 1'000U})
    assert_false(with_uid(snapshot, uid).has_value());
  assert_false(named(snapshot, "").has_value());
  assert_false(named(snapshot, std::string(100'000, 'p')).has_value());
}

void groups_are_found_by_name_and_gid_with_their_members(void**) {
  // N2
  const Publisher publisher(200);
  const OpenedSnapshot snapshot = publisher.opened();
  const std::optional<Group> found = got(snapshot.group("g1"));
  assert_true(found.has_value());
  assert_int_equal(found->members.size(), 200);
  assert_text(found->members.front(), "p1");
  assert_text(found->members.back(), "p200");
  assert_true(got(snapshot.group(kFirstGid + 1)) == found);
  assert_true(got(snapshot.group("g0"))->members.empty());
  assert_false(got(snapshot.group("g3")).has_value());
  assert_false(got(snapshot.group(27)).has_value());
}

void an_address_leads_to_the_account_and_stands_in_no_file(void**) {
  // N4
  const Publisher publisher;
  const OpenedSnapshot snapshot = publisher.opened();
  assert_text(named(snapshot, "p3@example.ch")->name, "p3");
  assert_text(named(snapshot, "P3@Example.CH")->name, "p3");
  assert_false(named(snapshot, "p3@example.com").has_value());
  assert_false(named(snapshot, "p3@").has_value());
  assert_false(named(snapshot, "@").has_value());
  assert_false(named(snapshot, std::string(300, 'a') + "@example.ch").has_value());
  for (const std::string& name : publisher.files()) {
    assert_true(content_of(publisher.file(name.c_str())).find("example.ch") == std::string::npos);
  }
  // Another folder has another salt, so that two hosts' files tell nothing about each other.
  const Publisher other;
  assert_true(publisher.writer->alias_key("p3@example.ch") !=
              other.writer->alias_key("p3@example.ch"));
}

void a_change_is_read_from_the_delta(void**) {
  // N2
  Publisher publisher;
  Account changed = account(2);
  changed.home = "/srv/elsewhere";
  Account fresh = account(77);
  fresh.aliases = {publisher.writer->alias_key("new@example.ch")};
  const Published published = got(publisher.writer->publish({{changed, fresh}, {}, {}, {}}));
  assert_int_equal(published.delta_number, 1);
  const OpenedSnapshot snapshot = publisher.opened();
  assert_text(named(snapshot, "p2")->home, "/srv/elsewhere");
  assert_text(with_uid(snapshot, kFirstUid + 2)->home, "/srv/elsewhere");
  assert_true(named(snapshot, "p77") == fresh);
  assert_true(named(snapshot, "new@example.ch") == fresh);
  // It lost its alias with the change.
  assert_false(named(snapshot, "p2@example.ch").has_value());
  assert_text(named(snapshot, "p3@example.ch")->name, "p3");
  assert_int_equal(accounts_in(snapshot.view()).size(), 6);
}

void a_renamed_account_is_gone_under_its_old_name(void**) {
  // N2
  Publisher publisher;
  Account renamed = account(2);
  renamed.name = "other";
  Account heir = account(3);
  heir.name = "p2";
  got(publisher.writer->publish({{renamed}, {}, {}, {}}));
  assert_false(named(publisher.opened(), "p2").has_value());
  got(publisher.writer->publish({{heir}, {}, {}, {}}));
  const OpenedSnapshot snapshot = publisher.opened();
  assert_int_equal(named(snapshot, "p2")->uid, kFirstUid + 3);
  assert_int_equal(named(snapshot, "other")->uid, kFirstUid + 2);
  assert_false(named(snapshot, "p3").has_value());
  assert_int_equal(accounts_in(snapshot.view()).size(), 5);
}

void what_is_gone_is_not_found_and_can_come_back(void**) {
  // N2
  Publisher publisher;
  got(publisher.writer->publish({{}, {}, {kFirstUid + 4}, {kFirstGid + 2}}));
  {
    const OpenedSnapshot snapshot = publisher.opened();
    assert_false(named(snapshot, "p4").has_value());
    assert_false(named(snapshot, "p4@example.ch").has_value());
    assert_false(with_uid(snapshot, kFirstUid + 4).has_value());
    assert_false(got(snapshot.group("g2")).has_value());
    assert_false(got(snapshot.group(kFirstGid + 2)).has_value());
    assert_int_equal(accounts_in(snapshot.view()).size(), 4);
    assert_int_equal(groups_in(snapshot.view()).size(), 2);
  }
  got(publisher.writer->publish({{account(4)}, {team(2)}, {}, {}}));
  const OpenedSnapshot snapshot = publisher.opened();
  assert_true(named(snapshot, "p4") == account(4));
  assert_true(got(snapshot.group("g2")) == team(2));
}

void the_last_word_of_a_batch_counts(void**) {
  // N2, N3: also where it brings back what is published
  Publisher publisher;
  Account changed = account(2);
  changed.home = "/srv/elsewhere";
  Account before = account(2);
  before.aliases = {publisher.writer->alias_key("p2@example.ch")};
  got(publisher.writer->publish(
      {{changed, before, account(50)}, {team(8)}, {kFirstUid + 50}, {kFirstGid + 8}}));
  const OpenedSnapshot snapshot = publisher.opened();
  assert_true(named(snapshot, "p2") == before);
  assert_false(named(snapshot, "p50").has_value());
  assert_false(got(snapshot.group("g8")).has_value());
}

void a_merge_changes_nothing_that_is_read(void**) {
  // N2
  Publisher publisher(50);
  Account renamed = account(7);
  renamed.name = "seven";
  got(publisher.writer->publish({{account(60)}, {team(9, {"p60"})}, {kFirstUid + 5}, {}}));
  got(publisher.writer->publish({{renamed}, {}, {}, {kFirstGid + 2}}));
  const OpenedSnapshot before = publisher.opened();
  assert_non_null(before.view().delta());
  const Published merged = got(publisher.writer->merge());
  assert_int_equal(merged.delta_number, 0);
  const OpenedSnapshot after = publisher.opened();
  assert_null(after.view().delta());
  assert_true(accounts_in(before.view()) == accounts_in(after.view()));
  assert_true(groups_in(before.view()) == groups_in(after.view()));
  assert_text(named(after, "p6@example.ch")->name, "p6");
  assert_int_equal(got(verify_snapshot(publisher.path())).accounts, 50);
}

void a_delta_that_grows_wants_a_merge(void**) {
  // N2
  Publisher publisher;
  assert_false(publisher.writer->wants_merge());
  Changes changes;
  for (std::uint32_t number = 10; number < 5'000; ++number) {
    changes.accounts.push_back(account(number));
  }
  got(publisher.writer->publish(changes));
  assert_true(publisher.writer->wants_merge());
  got(publisher.writer->merge());
  assert_false(publisher.writer->wants_merge());
}

void what_changes_nothing_is_not_published(void**) {
  // N2
  Publisher publisher;
  const std::vector<std::string> files = publisher.files();
  Account same = account(1);
  same.aliases = {publisher.writer->alias_key("p1@example.ch")};
  const Published nothing =
      got(publisher.writer->publish({{same}, {team(0)}, {kFirstUid + 999}, {kFirstGid + 999}}));
  assert_int_equal(nothing.bytes, 0);
  assert_true(files == publisher.files());
}

void two_with_one_name_or_alias_are_refused_and_nothing_is_published(void**) {
  // N3
  Publisher publisher;
  const std::vector<std::string> files = publisher.files();
  Account thief = account(88);
  thief.name = "p1";
  assert_error(publisher.writer->publish({{thief}, {}, {}, {}}), Errc::conflict);
  thief = account(88);
  thief.aliases = {publisher.writer->alias_key("p1@example.ch")};
  assert_error(publisher.writer->publish({{thief}, {}, {}, {}}), Errc::conflict);
  Account twin = account(89);
  twin.name = "p88";
  assert_error(publisher.writer->publish({{account(88), twin}, {}, {}, {}}), Errc::conflict);
  Group same = team(50);
  same.name = "g1";
  assert_error(publisher.writer->publish({{}, {same}, {}, {}}), Errc::conflict);
  for (const bool by_uid : {false, true}) {
    const auto twice = [&](RecordSink& sink) -> Result<void> {
      Account second = account(2);
      (by_uid ? second.uid : second.gid) = by_uid ? account(1).uid : second.gid;
      if (!by_uid) second.name = "p1";
      Result<void> added = sink.add(account(1));
      return added ? sink.add(second) : added;
    };
    assert_error(publisher.writer->publish_base(twice), Errc::conflict);
  }
  assert_true(files == publisher.files());
  assert_int_equal(got(verify_snapshot(publisher.path())).accounts, 5);
}

void the_writer_refuses_ids_and_names_of_the_system(void**) {
  // N3
  Publisher publisher;
  const auto refuses = [&](Account account, Errc reason) {
    assert_error(publisher.writer->publish({{account}, {}, {}, {}}), reason);
    const auto base = [&](RecordSink& sink) { return sink.add(account); };
    assert_error(publisher.writer->publish_base(base), reason);
  };
  for (const std::uint32_t uid : {0U, 1U, 999U, 1'000U, kFirstUid - 1, 300'000U, 0xFFFF'FFFFU}) {
    Account account = test::account(9);
    account.uid = uid;
    refuses(account, Errc::denied);
  }
  for (const std::uint32_t gid : {0U, 4U, 999U, kFirstGid - 1, 400'000U}) {
    Account account = test::account(9);
    account.gid = gid;
    refuses(account, Errc::denied);
    account = test::account(9);
    account.groups = {kFirstGid, gid};
    refuses(account, Errc::denied);
    Group group = team(9);
    group.gid = gid;
    assert_error(publisher.writer->publish({{}, {group}, {}, {}}), Errc::denied);
  }
  for (const char* name : {"root", "sudo", "docker", "systemd-network", "www-data"}) {
    Account account = test::account(9);
    account.name = name;
    refuses(account, Errc::denied);
    Group group = team(9);
    group.name = name;
    assert_error(publisher.writer->publish({{}, {group}, {}, {}}), Errc::denied);
  }
  for (const char* name : {"", "-a", "a b", "a:b", "a\nb", "123", "..", "a/b", "+", "a,b", "!a"}) {
    Account account = test::account(9);
    account.name = name;
    refuses(account, Errc::malformed);
    assert_error(publisher.writer->publish({{}, {test::team(9, {name})}, {}, {}}), Errc::malformed);
  }
  for (const char* text : {"a:b", "a\nb", "a\rb", "\x7F"}) {
    Account account = test::account(9);
    account.gecos = text;
    refuses(account, Errc::malformed);
    account = test::account(9);
    account.shell = text;
    refuses(account, Errc::malformed);
  }
  // A group that is listed may come from the directory, under the system's name.
  got(publisher.writer->publish({{}, {{"sudo", 27, {"p1"}}}, {}, {}}));
  assert_text(got(publisher.opened().group(27))->name, "sudo");
}

void ranges_that_reach_into_the_system_are_refused(void**) {
  // N3
  const TemporaryFolder folder;
  const IdRange good{200'000, 299'999};
  const auto opens = [&](const Rules& rules) {
    return SnapshotWriter::open({folder.path() / "nss", rules, {}});
  };
  assert_error(opens({{0, 299'999}, good, {}, false}), Errc::malformed);
  assert_error(opens({good, {999, 299'999}, {}, false}), Errc::malformed);
  assert_error(opens({{300'000, 299'999}, good, {}, false}), Errc::malformed);
  assert_error(opens({{200'000, 0xFFFF'FFFF}, good, {}, false}), Errc::malformed);
  assert_error(opens({good, good, {27, 0}, false}), Errc::malformed);
  assert_error(opens({good, good, std::vector<std::uint32_t>(31, 27), false}), Errc::malformed);
  assert_ok(opens({good, good, std::vector<std::uint32_t>(30, 27), false}));
}

void a_password_is_nowhere(void**) {
  // N3
  const Publisher publisher;
  AccountView found;
  const OpenedSnapshot snapshot = publisher.opened();
  assert_true(snapshot.view().account("p1", 2, found) == Found::yes);
  assert_string_equal(found.text + found.record.password, "*");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(accounts_are_found_by_name_and_uid),
      cmocka_unit_test(groups_are_found_by_name_and_gid_with_their_members),
      cmocka_unit_test(an_address_leads_to_the_account_and_stands_in_no_file),
      cmocka_unit_test(a_change_is_read_from_the_delta),
      cmocka_unit_test(a_renamed_account_is_gone_under_its_old_name),
      cmocka_unit_test(what_is_gone_is_not_found_and_can_come_back),
      cmocka_unit_test(the_last_word_of_a_batch_counts),
      cmocka_unit_test(a_merge_changes_nothing_that_is_read),
      cmocka_unit_test(a_delta_that_grows_wants_a_merge),
      cmocka_unit_test(what_changes_nothing_is_not_published),
      cmocka_unit_test(two_with_one_name_or_alias_are_refused_and_nothing_is_published),
      cmocka_unit_test(the_writer_refuses_ids_and_names_of_the_system),
      cmocka_unit_test(ranges_that_reach_into_the_system_are_refused),
      cmocka_unit_test(a_password_is_nowhere),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
