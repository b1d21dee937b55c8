#include "http/client_address.hpp"

#include <string>

#include "support/cmocka.hpp"

using namespace portal;
using http::IpAddress;
using http::ProxyList;
using http::Request;

namespace {

std::string client_of(const std::string& peer, const std::vector<std::string>& forwarded,
                      const std::vector<std::string>& proxies) {
  Request request;
  for (const std::string& value : forwarded) request.headers.emplace_back("x-forwarded-for", value);
  return http::client_address(*IpAddress::parse(peer), request, *ProxyList::parse(proxies)).text();
}

void the_rightmost_untrusted_address_is_the_client(void**) {
  // W5
  test::assert_text(client_of("127.0.0.1", {"6.6.6.6, 192.0.2.7"}, {"127.0.0.1"}), "192.0.2.7");
  test::assert_text(
      client_of("127.0.0.1", {"6.6.6.6, 192.0.2.7, 10.1.2.3"}, {"127.0.0.1", "10.0.0.0/8"}),
      "192.0.2.7");
  test::assert_text(client_of("127.0.0.1", {"6.6.6.6", "192.0.2.7"}, {"127.0.0.1"}), "192.0.2.7");
  test::assert_text(client_of("127.0.0.1", {"2001:db8::7"}, {"127.0.0.1"}), "2001:db8::7");
  test::assert_text(client_of("::1", {"::ffff:192.0.2.7"}, {"::1"}), "192.0.2.7");
}

void a_header_from_elsewhere_is_ignored(void**) {
  // W5
  test::assert_text(client_of("198.51.100.1", {"192.0.2.7"}, {"127.0.0.1"}), "198.51.100.1");
  test::assert_text(client_of("198.51.100.1", {"192.0.2.7"}, {}), "198.51.100.1");
}

void nonsense_leaves_the_last_trusted_hop(void**) {
  // W5
  for (const char* value : {"", " ", "unknown", "192.0.2.7:80", "[::1]", "1.2.3.4.5", "6.6.6.6,",
                            "6.6.6.6, evil", "127.0.0.1"})
    test::assert_text(client_of("127.0.0.1", {value}, {"127.0.0.1"}), "127.0.0.1");
  test::assert_text(client_of("127.0.0.1", {"evil, 10.0.0.1"}, {"127.0.0.1", "10.0.0.0/8"}),
                    "10.0.0.1");
  test::assert_text(client_of("127.0.0.1", {}, {"127.0.0.1"}), "127.0.0.1");
}

void behind_a_socket_the_last_hop_is_the_client(void**) {
  // W5
  const auto forwarded = [](const std::vector<std::string>& values,
                            const std::vector<std::string>& proxies) {
    Request request;
    for (const std::string& value : values) request.headers.emplace_back("x-forwarded-for", value);
    const auto address = http::forwarded_address(request, *ProxyList::parse(proxies));
    return address ? address->text() : "none";
  };
  test::assert_text(forwarded({"6.6.6.6, 192.0.2.7"}, {}), "192.0.2.7");
  test::assert_text(forwarded({"6.6.6.6", " 2001:db8::7 "}, {}), "2001:db8::7");
  test::assert_text(forwarded({"6.6.6.6, 192.0.2.7, 10.1.2.3"}, {"10.0.0.0/8"}), "192.0.2.7");
  test::assert_text(forwarded({"evil, 10.1.2.3"}, {"10.0.0.0/8"}), "10.1.2.3");
  test::assert_text(forwarded({}, {}), "none");
  for (const char* value :
       {"", " ", ",", "unknown", "192.0.2.7:80", "[::1]", "192.0.2.7,", "192.0.2.7, unknown"}) {
    test::assert_text(forwarded({value}, {}), "none");
    test::assert_text(forwarded({"192.0.2.7", value}, {"10.0.0.0/8"}), "none");
  }
}

void a_network_of_proxies_is_matched_by_its_bits(void**) {
  const ProxyList list = *ProxyList::parse({"10.1.128.0/17", "2001:db8::/33", "::1"});
  const auto in = [&](const char* text) { return list.contains(*IpAddress::parse(text)); };
  assert_true(in("10.1.128.1") && in("10.1.255.255"));
  assert_false(in("10.1.127.255") || in("10.2.128.1"));
  assert_true(in("2001:db8:7fff::1") && in("::1"));
  assert_false(in("2001:db8:8000::1") || in("::2"));
  for (const char* bad : {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x",
                          "2001:db8::/129", "/8"})
    assert_error(ProxyList::parse({bad}), Errc::malformed);
}

void a_household_is_one_address_or_one_64(void**) {
  const auto same = [](const char* a, const char* b) {
    return IpAddress::parse(a)->household() == IpAddress::parse(b)->household();
  };
  assert_true(same("2001:db8::1", "2001:db8::ffff:1"));
  assert_false(same("2001:db8::1", "2001:db8:0:1::1"));
  assert_false(same("192.0.2.1", "192.0.2.2"));
  assert_true(same("192.0.2.1", "::ffff:192.0.2.1"));
}

void loopback_is_recognised(void**) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    assert_true(IpAddress::parse(text)->is_loopback());
  for (const char* text : {"0.0.0.0", "::", "128.0.0.1", "::2", "2001::1"})
    assert_false(IpAddress::parse(text)->is_loopback());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(the_rightmost_untrusted_address_is_the_client),
      cmocka_unit_test(a_header_from_elsewhere_is_ignored),
      cmocka_unit_test(nonsense_leaves_the_last_trusted_hop),
      cmocka_unit_test(behind_a_socket_the_last_hop_is_the_client),
      cmocka_unit_test(a_network_of_proxies_is_matched_by_its_bits),
      cmocka_unit_test(a_household_is_one_address_or_one_64),
      cmocka_unit_test(loopback_is_recognised),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
