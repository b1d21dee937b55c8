// The bytes of the files: what is published by one version is read by another, or refused by its
// number. Whoever changes them changes kVersion.

#include <cstring>

#include "snapshot/image_builder.hpp"
#include "support/publisher.hpp"

using namespace portal;
using namespace portal::test;

namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string sha256_of(std::string_view message) {
  std::uint8_t digest[32];
  sha256({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()}, digest);
  return hex({reinterpret_cast<const char*>(digest), sizeof digest});
}

void sha256_has_its_published_values(void**) {
  // N4
  // FIPS 180-4's examples, and one of each length around a block's end by sha256sum.
  assert_text(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert_text(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_text(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  assert_text(sha256_of(std::string(55, 'a')),
              "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  assert_text(sha256_of(std::string(64, 'a')),
              "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
  assert_text(sha256_of(std::string(270, 'a')),
              "62ceba1d761251e5806b8946d736d79569655d3479dc6b0ccda8d02b8bc7c44e");
}

std::string bytes_of(FileKind kind, const std::function<void(ImageBuilder&)>& fill) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "file";
  ImageHead head{kind, 7, kind == FileKind::delta ? 3U : 0U, {1, 2, 3}, 1'700'000'000, rules()};
  ImageBuilder builder = got(ImageBuilder::create(file, head));
  fill(builder);
  assert_ok(builder.finish());
  return content_of(file);
}

void a_base_has_these_bytes(void**) {
  // N2
  Account person = account(1);
  person.aliases = {AliasKey{9, 8, 7}};
  const std::string bytes = bytes_of(FileKind::base, [&](ImageBuilder& builder) {
    assert_ok(builder.add(person));
    assert_ok(builder.add(team(1, {"p1", "p2"})));
  });
  assert_text(hex(std::string_view(bytes).substr(0, 64)),
              "504f52544e53530a"    // magic
              "0100000003000000"    // version, base
              "2002000000000000"    // size
              "0700000000000000"    // base id
              "0000000001000000"    // delta number, enumerable
              "00f1536500000000"    // created
              "400d0300df930400"    // uids
              "e09304007f1a0600");  // gids
  assert_text(hex(std::string_view(bytes).substr(sizeof(Header), 96)),
              "6000000001000000410d0300"          // size, account, uid
              "e0930400010002002500"              // gid, aliases, groups, text's size
              "030005000e001d000000"              // password, GECOS, home, shell
              "09080700000000000000000000000000"  // alias
              "e1930400e2930400"                  // groups
              "7031002a00506572736f6e203100"      // p1, *, Person 1
              "2f7372762f70656f706c652f703100"    // /srv/people/p1
              "2f62696e2f736800000000");          // /bin/sh
  assert_text(hex(std::string_view(bytes).substr(sizeof(Header) + 96, 48)),
              "3000000002000000e1930400"            // size, group, gid
              "020000000b00000003000000"            // members, text's size, password
              "0500000008000000"                    // where the members are
              "6731002a007031007032000000000000");  // g1, *, p1, p2
  assert_text(std::to_string(hash_of(bytes.data(), bytes.size())), "8490532089773253983");
}

void a_delta_has_these_bytes(void**) {
  // N2
  const std::string bytes = bytes_of(FileKind::delta, [&](ImageBuilder& builder) {
    assert_ok(builder.add_gone_account(kFirstUid + 1));
    assert_ok(builder.add_gone_group(kFirstGid + 1));
  });
  assert_text(hex(std::string_view(bytes).substr(sizeof(Header), 32)),
              "1000000003000000410d030000000000"    // size, no such account any more, uid
              "1000000004000000e193040000000000");  // size, no such group any more, gid
  assert_text(std::to_string(hash_of(bytes.data(), bytes.size())), "16682963378781474232");
}

void another_version_is_refused(void**) {
  // N2
  Publisher publisher;
  for (const char* name : {"base.1", "current", "control"}) {
    const std::string whole = content_of(publisher.file(name));
    std::string next = whole;
    next[8] = 2;
    if (*name == 'b') {
      const std::uint64_t checksum = hash_of(next.data(), offsetof(Header, checksum));
      std::memcpy(next.data() + offsetof(Header, checksum), &checksum, sizeof checksum);
    }
    if (next.size() == sizeof(Manifest)) {
      const std::uint64_t checksum = hash_of(next.data(), offsetof(Manifest, checksum));
      std::memcpy(next.data() + offsetof(Manifest, checksum), &checksum, sizeof checksum);
    }
    std::filesystem::remove(publisher.file(name));
    write_content(publisher.file(name), next);
    assert_error(OpenedSnapshot::open(publisher.path()), Errc::malformed);
    std::filesystem::remove(publisher.file(name));
    write_content(publisher.file(name), whole);
    assert_ok(OpenedSnapshot::open(publisher.path()));
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(sha256_has_its_published_values),
      cmocka_unit_test(a_base_has_these_bytes),
      cmocka_unit_test(a_delta_has_these_bytes),
      cmocka_unit_test(another_version_is_refused),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
