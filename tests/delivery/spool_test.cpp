#include "delivery/spool.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "base/file.hpp"
#include "base/random.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

/// A spool in a folder of its own, removed at its end.
struct House {
  House() {
    char name[] = "/tmp/portal-test-XXXXXX";
    top = ::mkdtemp(name);
  }
  ~House() { std::filesystem::remove_all(top); }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  std::filesystem::path folder() const { return top / "spool"; }
  Result<Spool> open() const {
    return Spool::open({folder(), {{PortalId("flex"), {"Flex <noreply@flex.example.ch>", {}}}}});
  }
  /// Names of all files, hidden ones too, in order.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }
  std::string content(const std::string& name) const {
    return *read_text_file(folder() / name, 100'000);
  }
  std::filesystem::path top;
};

OutgoingMail mail(std::string id, std::int64_t created, const char* portal = "flex") {
  return {MessageId(std::move(id)),
          PortalId(portal),
          *EmailAddress::parse("a@example.ch"),
          Language::de,
          "Ihr Code",
          Secret("Code 447683"),
          from_millis(created),
          from_millis(created + 1)};
}

OutgoingSms sms(std::string id, std::int64_t created) {
  return {MessageId(std::move(id)),
          PortalId("flex"),
          *PhoneNumber::from_e164("+41791234567"),
          Secret("Votre code: 447683 «é»"),
          from_millis(created),
          from_millis(created + 600'000)};
}

void a_mail_becomes_one_private_file(void**) {
  // DESIGN 2, outbox
  const House house;
  Result<Spool> spool = house.open();
  assert_ok(spool);
  assert_ok(spool->send(mail("m1", 1'795'459'821'123)));
  assert_true(house.files() == std::vector<std::string>{"1795459821123-m1.eml"});
  const std::string text = house.content("1795459821123-m1.eml");
  assert_true(text.find("To: a@example.ch\r\n") != std::string::npos);
  assert_true(text.find("From: \"Flex\"\r\n <noreply@flex.example.ch>\r\n") != std::string::npos);
  assert_true(text.find("\r\n\r\nCode 447683\r\n") != std::string::npos);
  struct stat info {};
  assert_int_equal(::stat((house.folder() / "1795459821123-m1.eml").c_str(), &info), 0);
  assert_int_equal(info.st_mode & 07777, 0600);
  assert_int_equal(::stat(house.folder().c_str(), &info), 0);
  assert_int_equal(info.st_mode & 07777, 0700);
}

void an_sms_becomes_a_json_object(void**) {
  // DESIGN 2, outbox
  const House house;
  Result<Spool> spool = house.open();
  assert_ok(spool->send(sms("s1", 1'795'459'821'123)));
  assert_true(house.files() == std::vector<std::string>{"1795459821123-s1.sms.json"});
  const auto object = nlohmann::json::parse(house.content("1795459821123-s1.sms.json"));
  test::assert_text(object["number"].get<std::string>(), "+41791234567");
  test::assert_text(object["text"].get<std::string>(), "Votre code: 447683 «é»");
  test::assert_text(object["time"].get<std::string>(), "2026-11-23T18:50:21.123Z");
  test::assert_text(object["expires"].get<std::string>(), "2026-11-23T19:00:21.123Z");
  test::assert_text(object["portal"].get<std::string>(), "flex");
  test::assert_text(object["id"].get<std::string>(), "s1");
}

void files_sort_by_the_time_at_which_they_were_wanted(void**) {
  // DESIGN 2, outbox
  const House house;
  Result<Spool> spool = house.open();
  assert_ok(spool->send(sms("a", 1'795'459'821'200)));
  assert_ok(spool->send(mail("b", 1'795'459'821'100)));
  assert_ok(spool->send(mail("c", 1'795'459'821'300)));
  assert_true(house.files() ==
              (std::vector<std::string>{"1795459821100-b.eml", "1795459821200-a.sms.json",
                                        "1795459821300-c.eml"}));
}

void a_second_send_of_a_message_shows_one_message(void**) {
  // R13: a crash between sending and noting it
  const House house;
  Result<Spool> spool = house.open();
  for (int i = 0; i < 3; ++i) {
    assert_ok(spool->send(mail("m1", 1'795'459'821'123)));
    assert_ok(spool->send(sms("s1", 1'795'459'821'124)));
  }
  assert_int_equal(house.files().size(), 2);
  Result<Spool> after_restart = house.open();
  assert_ok(after_restart->send(mail("m1", 1'795'459'821'123)));
  assert_int_equal(house.files().size(), 2);
}

void concurrent_sends_leave_whole_files_only(void**) {
  // DESIGN 2, outbox
  const House house;
  Result<Spool> spool = house.open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) (void)spool->send(mail("m1", 1'795'459'821'123));
    });
  }
  for (std::thread& thread : threads) thread.join();
  assert_true(house.files() == std::vector<std::string>{"1795459821123-m1.eml"});
  const std::string text = house.content("1795459821123-m1.eml");
  assert_true(text.find("Code 447683\r\n") != std::string::npos && text.ends_with("--=_m1--\r\n"));
}

void what_cannot_be_placed_is_tried_later_and_leaves_nothing(void**) {
  // DESIGN 2, outbox
  const House house;
  Result<Spool> spool = house.open();
  // A folder in the way of the file: the rename fails.
  std::filesystem::create_directory(house.folder() / "1795459821123-m1.eml");
  assert_error(spool->send(mail("m1", 1'795'459'821'123)), Errc::unavailable);
  assert_int_equal(house.files().size(), 1);
  std::filesystem::remove_all(house.folder());
  assert_error(spool->send(mail("m1", 1'795'459'821'123)), Errc::unavailable);
}

void an_error_names_neither_recipient_nor_content(void**) {
  // J4
  const House house;
  Result<Spool> spool = house.open();
  std::filesystem::remove_all(house.folder());
  const Result<void> mailed = spool->send(mail("m1", 1));
  const Result<void> texted = spool->send(sms("s1", 1));
  assert_false(mailed.has_value());
  assert_false(texted.has_value());
  for (const char* secret : {"a@example.ch", "+4179", "447683"}) {
    assert_true(mailed.error().detail.find(secret) == std::string::npos);
    assert_true(texted.error().detail.find(secret) == std::string::npos);
  }
}

void an_id_cannot_leave_the_folder(void**) {
  // V5.3: path traversal
  const House house;
  Result<Spool> spool = house.open();
  for (const char* id : {"", "../m1", "a/b", "a.b", "a b", "a\nb"}) {
    assert_error(spool->send(mail(id, 1)), Errc::malformed);
  }
  assert_int_equal(house.files().size(), 0);
}

void drafts_that_a_crash_left_are_removed_at_the_next_start(void**) {
  // DESIGN 2, outbox: a code does not stay behind
  const House house;
  assert_ok(house.open());
  assert_ok(create_private_file(house.folder() / ".1-m1.eml.old", "Code 447683"));
  assert_ok(create_private_file(house.folder() / ".2-m2.eml.young", "Code 447683"));
  assert_ok(create_private_file(house.folder() / "3-m3.eml", "Code 447683"));
  const auto now = std::filesystem::file_time_type::clock::now();
  for (const char* name : {".1-m1.eml.old", "3-m3.eml"}) {
    std::filesystem::last_write_time(house.folder() / name, now - std::chrono::hours(2));
  }
  assert_ok(house.open());
  assert_true(house.files() == (std::vector<std::string>{".2-m2.eml.young", "3-m3.eml"}));
}

void a_portal_without_a_sender_waits_for_one(void**) {
  // DESIGN 2, outbox
  const House house;
  Result<Spool> spool = house.open();
  assert_error(spool->send(mail("m1", 1, "1e")), Errc::unavailable);
}

void an_unfit_folder_or_sender_is_refused_at_the_start(void**) {
  // DESIGN 2, fail closed
  const House house;
  assert_error(Spool::open({house.folder(), {{PortalId("flex"), {"nobody", {}}}}}),
               Errc::malformed);
  assert_error(Spool::open({house.top / "none" / "spool", {}}), Errc::unavailable);
  assert_ok(create_private_file(house.top / "file", ""));
  assert_error(Spool::open({house.top / "file", {}}), Errc::denied);
  std::filesystem::create_directory(house.folder());
  assert_int_equal(::chmod(house.folder().c_str(), 0777), 0);
  assert_error(house.open(), Errc::denied);
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_mail_becomes_one_private_file),
      cmocka_unit_test(an_sms_becomes_a_json_object),
      cmocka_unit_test(files_sort_by_the_time_at_which_they_were_wanted),
      cmocka_unit_test(a_second_send_of_a_message_shows_one_message),
      cmocka_unit_test(concurrent_sends_leave_whole_files_only),
      cmocka_unit_test(what_cannot_be_placed_is_tried_later_and_leaves_nothing),
      cmocka_unit_test(an_error_names_neither_recipient_nor_content),
      cmocka_unit_test(an_id_cannot_leave_the_folder),
      cmocka_unit_test(drafts_that_a_crash_left_are_removed_at_the_next_start),
      cmocka_unit_test(a_portal_without_a_sender_waits_for_one),
      cmocka_unit_test(an_unfit_folder_or_sender_is_refused_at_the_start),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
