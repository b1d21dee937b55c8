// Files that somebody damaged, cut off, or put there.

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "snapshot/image_builder.hpp"
#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;

namespace {

/// A copy of the exact size at an aligned place, so that a sanitizer sees each byte read beyond it.
class Copy {
 public:
  explicit Copy(std::string_view content)
      : size_(content.size()),
        bytes_(static_cast<std::byte*>(std::aligned_alloc(8, (size_ + 7) / 8 * 8))) {
    std::memcpy(bytes_.get(), content.data(), size_);
  }
  Fault open(Image& image, FileKind kind) const { return image.open(bytes_.get(), size_, kind); }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };
  std::size_t size_;
  std::unique_ptr<std::byte, Free> bytes_;
};

/// Asks everything; whatever the file is, what is found keeps the rules.
void ask_everything(const Image& image) {
  const View view(image);
  AccountView account;
  GroupView group;
  for (std::uint32_t number = 0; number < 7; ++number) {
    const std::string name = "p" + std::to_string(number);
    const std::string address = name + "@example.ch";
    for (const std::string& asked : {name, address}) {
      if (view.account(asked.c_str(), asked.size(), account) == Found::yes) {
        assert_in_range(account.uid, kFirstUid, 299'999);
        (void)account_from(account);
      }
    }
    if (view.account(kFirstUid + number, account) == Found::yes) (void)account_from(account);
    const std::string other = "g" + std::to_string(number);
    if (view.group(other.c_str(), other.size(), group) == Found::yes) (void)group_from(group);
    if (view.group(kFirstGid + number, group) == Found::yes) (void)group_from(group);
  }
  Cursor cursor;
  while (view.next(cursor, account) == Found::yes) (void)account_from(account);
  cursor = {};
  while (view.next(cursor, group) == Found::yes) (void)group_from(group);
}

void each_damaged_byte_of_the_header_is_seen(void**) {
  // N2
  const Publisher publisher;
  const std::string whole = content_of(publisher.file("base.1"));
  Image image;
  assert_true(Copy(whole).open(image, FileKind::base) == Fault::none);
  assert_true(Copy(whole).open(image, FileKind::delta) == Fault::damaged);
  for (std::size_t at = 0; at < sizeof(Header); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      assert_true(Copy(damaged).open(image, FileKind::base) == Fault::damaged);
    }
  }
}

void each_truncation_is_seen(void**) {
  // N2
  const Publisher publisher;
  const std::string whole = content_of(publisher.file("base.1"));
  Image image;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    assert_true(Copy(whole.substr(0, size)).open(image, FileKind::base) == Fault::damaged);
  }
  assert_true(Copy(whole + std::string(8, '\0')).open(image, FileKind::base) == Fault::damaged);
}

void no_damaged_byte_leads_out_of_the_file_and_doctor_sees_each(void**) {
  // N2, N3
  const Publisher publisher;
  const std::string whole = content_of(publisher.file("base.1"));
  for (std::size_t at = sizeof(Header); at < whole.size(); ++at) {
    for (const int change : {0x01, 0x40, 0x80, 0xFF}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      const Copy copy(damaged);
      Image image;
      assert_true(copy.open(image, FileKind::base) == Fault::none);
      ask_everything(image);
      assert_error(verify_image(image), Errc::malformed);
    }
  }
}

void an_id_of_the_system_in_a_file_is_not_answered(void**) {
  // N3
  const Publisher publisher;
  std::string content = content_of(publisher.file("base.1"));
  // The uid of the first account, and its tables made to fit: a writer that was fooled.
  RecordHead head;
  std::memcpy(&head, content.data() + sizeof(Header), sizeof head);
  head.id = 0;
  std::memcpy(content.data() + sizeof(Header), &head, sizeof head);
  Image image;
  const Copy copy(content);
  assert_true(copy.open(image, FileKind::base) == Fault::none);
  AccountView found;
  assert_true(View(image).account("p1", 2, found) == Found::damaged);
  assert_true(View(image).account(0U, found) != Found::yes);
  // And a header that allows it is none, though its checksum is right.
  Header header;
  std::memcpy(&header, content.data(), sizeof header);
  header.uids.first = 0;
  header.checksum = hash_of(&header, offsetof(Header, checksum));
  std::memcpy(content.data(), &header, sizeof header);
  assert_true(Copy(content).open(image, FileKind::base) == Fault::damaged);
}

void a_gid_of_the_system_in_a_file_is_not_answered(void**) {
  // N3
  const Publisher publisher;
  const std::string whole = content_of(publisher.file("base.1"));
  std::string content = whole;
  AccountRecord record;
  std::memcpy(&record, content.data() + sizeof(Header), sizeof record);
  record.gid = 0;
  std::memcpy(content.data() + sizeof(Header), &record, sizeof record);
  const Copy copy(content);
  Image image;
  assert_true(copy.open(image, FileKind::base) == Fault::none);
  AccountView found;
  assert_true(View(image).account("p1", 2, found) == Found::damaged);
}

void assert_not_opened(const Publisher& publisher, Errc reason) {
  assert_error(OpenedSnapshot::open(publisher.path()), reason);
  assert_error(verify_snapshot(publisher.path()), reason);
}

void each_damaged_byte_of_manifest_and_control_is_seen(void**) {
  // N2
  const Publisher publisher;
  const std::size_t control_used = offsetof(Control, generation);
  for (const auto& [name, used] :
       {std::pair{"current", sizeof(Manifest)}, std::pair{"control", control_used}}) {
    const std::string whole = content_of(publisher.file(name));
    for (std::size_t at = 0; at < used; ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
      std::filesystem::remove(publisher.file(name));
      write_content(publisher.file(name), damaged);
      assert_not_opened(publisher, Errc::malformed);
    }
    for (std::size_t size = 0; size < whole.size(); ++size) {
      std::filesystem::remove(publisher.file(name));
      write_content(publisher.file(name), whole.substr(0, size));
      assert_not_opened(publisher, Errc::malformed);
    }
    std::filesystem::remove(publisher.file(name));
    write_content(publisher.file(name), whole);
    assert_ok(verify_snapshot(publisher.path()));
  }
}

void a_file_that_others_could_have_written_is_foreign(void**) {
  // N3
  if (::getuid() != 0) skip();
  for (const char* name : {"control", "current", "base.1", ""}) {
    for (const unsigned mode : {0664U, 0646U, 0666U}) {
      const Publisher publisher;
      const std::filesystem::path file = *name != '\0' ? publisher.file(name) : publisher.path();
      assert_int_equal(::chmod(file.c_str(), *name != '\0' ? mode : mode | 0111U), 0);
      assert_not_opened(publisher, Errc::denied);
    }
    if (*name == '\0') continue;
    const Publisher publisher;
    assert_int_equal(::chown(publisher.file(name).c_str(), 4711, 0), 0);
    assert_not_opened(publisher, Errc::denied);
    // What belongs to the folder's owner is the daemon's.
    assert_int_equal(::chown(publisher.path().c_str(), 4711, 0), 0);
    assert_ok(OpenedSnapshot::open(publisher.path()));
  }
}

void links_pipes_and_folders_are_no_snapshot(void**) {
  // N3
  for (const char* name : {"control", "current", "base.1"}) {
    const Publisher publisher;
    const std::filesystem::path aside = publisher.path().parent_path() / "aside";
    std::filesystem::rename(publisher.file(name), aside);
    std::filesystem::create_symlink(aside, publisher.file(name));
    assert_not_opened(publisher, Errc::denied);
    std::filesystem::remove(publisher.file(name));
    assert_int_equal(::mkfifo(publisher.file(name).c_str(), 0644), 0);
    assert_not_opened(publisher, Errc::denied);
    std::filesystem::remove(publisher.file(name));
    std::filesystem::create_directory(publisher.file(name));
    assert_not_opened(publisher, Errc::denied);
  }
  const Publisher publisher;
  const std::filesystem::path aside = publisher.path().parent_path() / "aside";
  std::filesystem::rename(publisher.path(), aside);
  assert_error(OpenedSnapshot::open(publisher.path()), Errc::not_found);
  std::filesystem::create_symlink(aside, publisher.path());
  assert_not_opened(publisher, Errc::denied);
}

void a_delta_of_another_base_is_damage(void**) {
  // N2
  Publisher publisher;
  got(publisher.writer->publish({{account(50)}, {}, {}, {}}));
  Publisher other;
  got(other.writer->publish({{account(51)}, {}, {}, {}}));
  std::filesystem::remove(publisher.file("delta.1.1"));
  std::filesystem::copy_file(other.file("delta.1.1"), publisher.file("delta.1.1"));
  assert_not_opened(publisher, Errc::malformed);
  std::filesystem::remove(publisher.file("delta.1.1"));
  assert_not_opened(publisher, Errc::malformed);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_damaged_byte_of_the_header_is_seen),
      cmocka_unit_test(each_truncation_is_seen),
      cmocka_unit_test(no_damaged_byte_leads_out_of_the_file_and_doctor_sees_each),
      cmocka_unit_test(an_id_of_the_system_in_a_file_is_not_answered),
      cmocka_unit_test(a_gid_of_the_system_in_a_file_is_not_answered),
      cmocka_unit_test(each_damaged_byte_of_manifest_and_control_is_seen),
      cmocka_unit_test(a_file_that_others_could_have_written_is_foreign),
      cmocka_unit_test(links_pipes_and_folders_are_no_snapshot),
      cmocka_unit_test(a_delta_of_another_base_is_damage),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
