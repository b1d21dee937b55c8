// Whoever looks at the folder sees one whole publication: between any two steps, and after a writer
// was killed at any of them.

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;

namespace {

const std::vector<std::string> kSteps = {"file made",        "file durable",
                                         "file verified",    "manifest renamed",
                                         "generation moved", "old files removed"};

Changes change(std::uint32_t number) { return {{account(number)}, {}, {}, {}}; }

/// One kind of publication, and whether what it brings is there.
struct Act {
  const char* name;
  std::function<void(Publisher&)> publish;
  std::function<bool(const OpenedSnapshot&)> is_there;
};

const Act kActs[] = {
    {"base", [](Publisher& p) { p.publish_base(); },
     [](const OpenedSnapshot& s) { return s.view().base().header().base_id == 2; }},
    {"delta", [](Publisher& p) { got(p.writer->publish(change(50))); },
     [](const OpenedSnapshot& s) { return got(s.account("p50")).has_value(); }},
    {"merge", [](Publisher& p) { got(p.writer->merge()); },
     [](const OpenedSnapshot& s) { return s.view().base().header().base_id == 2; }},
};

/// A publisher that has published a base and a delta.
void prepare(Publisher& publisher) { got(publisher.writer->publish(change(40))); }

void a_reader_between_any_two_steps_sees_a_whole_publication(void**) {
  // N2
  for (const Act& act : kActs) {
    Publisher publisher;
    prepare(publisher);
    std::vector<std::string> seen;
    const OpenedSnapshot early = publisher.opened();
    Opened reader;
    assert_true(open_snapshot(publisher.path().c_str(), reader) == Fault::none);
    assert_true(is_current(reader));
    publisher.open([&](std::string_view step) {
      seen.emplace_back(step);
      const bool is_new = act.is_there(publisher.opened());
      const bool renamed = seen.size() >= 4;
      assert_int_equal(is_new, renamed);
      assert_text(got(publisher.opened().account(kFirstUid + 1))->name, "p1");
      // Who mapped the old one goes on with it, and hears of the new one by the word alone.
      assert_text(got(early.account(kFirstUid + 1))->name, "p1");
      assert_int_equal(is_current(reader), seen.size() < 5);
    });
    // The writer's start moved the word.
    assert_false(is_current(reader));
    close_snapshot(reader);
    assert_true(open_snapshot(publisher.path().c_str(), reader) == Fault::none);
    act.publish(publisher);
    assert_true(seen == kSteps);
    close_snapshot(reader);
  }
}

void a_writer_killed_at_any_step_leaves_a_whole_publication(void**) {
  // N2
  for (const Act& act : kActs) {
    for (std::size_t at = 0; at < kSteps.size(); ++at) {
      Publisher publisher;
      prepare(publisher);
      publisher.writer.reset();
      const pid_t child = ::fork();
      if (child == 0) {
        publisher.open([&](std::string_view step) {
          if (step == kSteps[at]) ::kill(::getpid(), SIGKILL);
        });
        act.publish(publisher);
        ::_exit(1);
      }
      int status = 0;
      assert_int_equal(::waitpid(child, &status, 0), child);
      assert_true(WIFSIGNALED(status));
      const bool renamed = at >= 3;
      assert_int_equal(act.is_there(publisher.opened()), renamed);
      assert_ok(verify_snapshot(publisher.path()));
      // The next writer clears up, and publishes as if nothing had been.
      publisher.open();
      const std::size_t expected = renamed && act.name != std::string("delta") ? 4 : 5;
      assert_int_equal(publisher.files().size(), expected);
      got(publisher.writer->publish(change(60)));
      assert_true(got(publisher.opened().account("p60")).has_value());
      assert_ok(verify_snapshot(publisher.path()));
    }
  }
}

void a_writer_killed_before_the_word_moved_is_made_up_for_at_the_next_start(void**) {
  // N2
  Publisher publisher;
  Opened reader;
  assert_true(open_snapshot(publisher.path().c_str(), reader) == Fault::none);
  publisher.writer.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    publisher.open([&](std::string_view step) {
      if (step == "manifest renamed") ::kill(::getpid(), SIGKILL);
    });
    got(publisher.writer->publish(change(50)));
    ::_exit(1);
  }
  int status = 0;
  assert_int_equal(::waitpid(child, &status, 0), child);
  publisher.open();
  assert_false(is_current(reader));
  close_snapshot(reader);
}

void a_folder_has_one_writer(void**) {
  // N2
  Publisher publisher;
  assert_error(SnapshotWriter::open({publisher.path(), rules(), {}}), Errc::conflict);
  publisher.writer.reset();
  assert_ok(SnapshotWriter::open({publisher.path(), rules(), {}}));
}

void a_replaced_control_file_is_marked_dead_first(void**) {
  // N2
  for (const bool damaged : {false, true}) {
    Publisher publisher;
    Opened reader;
    assert_true(open_snapshot(publisher.path().c_str(), reader) == Fault::none);
    publisher.writer.reset();
    if (damaged) {
      const int file = ::open(publisher.file("control").c_str(), O_WRONLY | O_CLOEXEC);
      assert_int_equal(::pwrite(file, "x", 1, 0), 1);
      ::close(file);
    } else {
      std::filesystem::permissions(publisher.file("control"), std::filesystem::perms(0666));
    }
    publisher.open();
    assert_false(is_current(reader));
    close_snapshot(reader);
    assert_ok(OpenedSnapshot::open(publisher.path()));
    // The file that was replaced stays dead for whoever still maps it.
    assert_true(open_snapshot(publisher.path().c_str(), reader) == Fault::none);
    assert_true(is_current(reader));
    close_snapshot(reader);
  }
}

void a_control_file_that_stayed_dead_answers_but_is_never_current(void**) {
  // N2
  Publisher publisher;
  publisher.writer.reset();
  const int file = ::open(publisher.file("control").c_str(), O_RDWR | O_CLOEXEC);
  const std::uint32_t dead = kDead;
  assert_int_equal(::pwrite(file, &dead, sizeof dead, offsetof(Control, generation)), sizeof dead);
  ::close(file);
  Opened reader;
  assert_true(open_snapshot(publisher.path().c_str(), reader) == Fault::none);
  assert_false(is_current(reader));
  AccountView found;
  assert_true(reader.view.account("p1", 2, found) == Found::yes);
  close_snapshot(reader);
  publisher.open();
  assert_true(open_snapshot(publisher.path().c_str(), reader) == Fault::none);
  assert_true(is_current(reader));
  close_snapshot(reader);
}

void everybody_may_read_whatever_the_umask_says(void**) {
  // N2
  const mode_t before = ::umask(0077);
  Publisher publisher;
  got(publisher.writer->publish(change(50)));
  ::umask(before);
  assert_int_equal(static_cast<unsigned>(std::filesystem::status(publisher.path()).permissions()),
                   0755);
  for (const char* name : {"control", "current", "base.1", "delta.1.1"}) {
    assert_int_equal(
        static_cast<unsigned>(std::filesystem::status(publisher.file(name)).permissions()), 0644);
  }
}

void a_failure_of_the_source_publishes_nothing(void**) {
  // N2
  Publisher publisher;
  const std::vector<std::string> files = publisher.files();
  const auto broken = [](RecordSink& sink) -> Result<void> {
    if (Result<void> added = sink.add(account(1)); !added) return added;
    return fail(Errc::unavailable, "the directory went away");
  };
  assert_error(publisher.writer->publish_base(broken), Errc::unavailable);
  assert_true(files == publisher.files());
  assert_int_equal(accounts_in(publisher.opened().view()).size(), 5);
}

void a_damaged_base_is_replaced_by_the_next(void**) {
  // N2
  Publisher publisher;
  publisher.writer.reset();
  std::filesystem::remove(publisher.file("base.1"));
  write_content(publisher.file("base.1"), "not a base");
  publisher.open();
  assert_false(publisher.writer->has_base());
  assert_error(publisher.writer->publish(change(50)), Errc::not_found);
  assert_error(publisher.writer->merge(), Errc::not_found);
  publisher.publish_base();
  assert_int_equal(got(verify_snapshot(publisher.path())).base_id, 2);
  assert_true(std::filesystem::exists(publisher.file("base.2")));
  assert_false(std::filesystem::exists(publisher.file("base.1")));
}

void what_failed_after_it_was_pointed_to_is_never_written_over(void**) {
  // N2: the manifest names it, whatever the writer was told
  for (const char* step : {"manifest renamed", "generation moved"}) {
    Publisher publisher;
    prepare(publisher);
    const std::filesystem::path hidden = publisher.path().parent_path() / "hidden";
    bool failing = true;
    publisher.open([&](std::string_view now) {
      if (failing && now == step) std::filesystem::rename(publisher.file("current"), hidden);
      if (!failing) (void)got(publisher.opened().account("p50"));
    });
    assert_false(publisher.writer->publish(change(50)).has_value());
    std::filesystem::rename(hidden, publisher.file("current"));
    failing = false;
    assert_true(got(publisher.opened().account("p50")).has_value());
    assert_false(publisher.writer->has_base());
    assert_error(publisher.writer->publish(change(60)), Errc::not_found);
    assert_true(got(publisher.opened().account("p50")).has_value());
    publisher.publish_base();
    got(publisher.writer->publish(change(60)));
    assert_true(got(publisher.opened().account("p60")).has_value());
    assert_ok(verify_snapshot(publisher.path()));
  }
}

void under_other_rules_a_base_comes_first(void**) {
  // N3, N4: a delta would leave in the base what is not allowed any more
  std::vector<Rules> others(4, rules());
  others[0].uids.last = kFirstUid + 3;
  others[1].gids.last = kFirstGid + 1;
  others[2].listed_gids.clear();
  others[3].enumerable = false;
  for (const Rules& other : others) {
    Publisher publisher;
    publisher.writer.reset();
    publisher.writer.emplace(got(SnapshotWriter::open({publisher.path(), other, {}})));
    assert_true(got(publisher.opened().account("p5")).has_value());  // until then
    assert_false(publisher.writer->has_base());
    assert_error(publisher.writer->publish(change(2)), Errc::not_found);
    Account one = account(1);
    one.groups.clear();
    got(publisher.writer->publish_base([&](RecordSink& sink) { return sink.add(one); }));
    assert_false(got(publisher.opened().account("p5")).has_value());
    assert_true(publisher.writer->has_base());
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_reader_between_any_two_steps_sees_a_whole_publication),
      cmocka_unit_test(a_writer_killed_at_any_step_leaves_a_whole_publication),
      cmocka_unit_test(a_writer_killed_before_the_word_moved_is_made_up_for_at_the_next_start),
      cmocka_unit_test(a_folder_has_one_writer),
      cmocka_unit_test(a_replaced_control_file_is_marked_dead_first),
      cmocka_unit_test(a_control_file_that_stayed_dead_answers_but_is_never_current),
      cmocka_unit_test(everybody_may_read_whatever_the_umask_says),
      cmocka_unit_test(a_failure_of_the_source_publishes_nothing),
      cmocka_unit_test(a_damaged_base_is_replaced_by_the_next),
      cmocka_unit_test(what_failed_after_it_was_pointed_to_is_never_written_over),
      cmocka_unit_test(under_other_rules_a_base_comes_first),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
