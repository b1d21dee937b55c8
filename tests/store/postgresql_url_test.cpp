#include "store/sql/postgresql_url.hpp"

#include <cstdlib>

#include "store/sql/postgresql_states.hpp"
#include "support/cmocka.hpp"

using namespace portal;
using namespace portal::test;
using sql::Connection;
using sql::PostgresqlUrl;

namespace {

std::string for_libpq(std::string_view url) {
  const auto parsed = PostgresqlUrl::parse(url);
  assert_ok(parsed);
  return parsed->text_for_libpq(std::chrono::milliseconds(5500));
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void a_server_elsewhere_must_prove_who_it_is(void**) {
  // L3
  for (const char* url :
       {"postgresql://db.example.ch/portal", "postgres://portald@192.0.2.7:5432/portal",
        "postgresql://db.example.ch/portal?sslmode=require",
        "postgresql://db.example.ch/portal?sslmode=verify-ca",
        "postgresql://localhost,db.example.ch/portal",
        "postgresql://localhost/portal?hostaddr=192.0.2.7",
        "postgresql://127.0.0.1,192.0.2.7/portal", "postgresql:///portal?host=/run/a,db.example.ch",
        "postgresql:///portal?service=portal", "postgresql://localhost/portal?service=portal",
        "postgresql://127.db.example.ch/portal"}) {
    const auto refused = PostgresqlUrl::parse(url);
    assert_error(refused, Errc::denied);
    assert_true(has(refused.error().detail, "sslmode=verify-full&sslrootcert=FILE"));
  }
  const std::string verified = for_libpq(
      "postgresql://portald@db.example.ch/portal?sslmode=verify-full&sslrootcert=/etc/ca.pem");
  assert_true(has(verified, "sslmode=verify-full") && has(verified, "sslrootcert=%2Fetc%2Fca.pem"));
  assert_true(has(verified, "gssencmode=disable"));
}

void a_server_on_this_host_needs_no_certificate(void**) {
  for (const char* url :
       {"postgresql:///portal", "postgresql://portald@/portal?host=/run/postgresql",
        "postgresql://localhost:5433/portal", "postgresql://127.0.0.1/portal",
        "postgresql://[::1]/portal", "postgres://%2Frun%2Fpostgresql/portal",
        "postgresql://db.example.ch/portal?hostaddr=127.0.0.1"}) {
    assert_ok(PostgresqlUrl::parse(url));
  }
}

void what_the_environment_says_of_the_host_is_not_trusted(void**) {
  // L3
  for (const char* name : {"PGHOST", "PGHOSTADDR", "PGSERVICE"}) {
    ::setenv(name, "192.0.2.7", 1);
    assert_error(PostgresqlUrl::parse("postgresql:///portal"), Errc::denied);
    // An address counts more than a host that is given.
    const auto here = PostgresqlUrl::parse("postgresql:///portal?host=/run/postgresql");
    assert_int_equal(here.has_value(), std::string_view(name) == "PGHOST");
    ::unsetenv(name);
  }
  assert_ok(PostgresqlUrl::parse("postgresql:///portal"));
}

void a_password_in_the_url_is_refused_and_never_repeated(void**) {
  // J4
  for (const char* url :
       {"postgresql://portald:geheim@localhost/portal", "postgresql:///portal?password=geheim",
        "postgresql:///portal?sslpassword=geheim",
        "postgresql://portald:%zzgeheim@localhost/portal",
        "postgresql://portald:geheim@localhost/portal?nonsense=geheim",
        "postgresql://portald:geheim@[::1/portal", "postgresql:geheim"}) {
    const auto refused = PostgresqlUrl::parse(url);
    assert_error(refused, Errc::malformed);
    assert_false(has(refused.error().detail, "geheim"));
  }
}

void what_the_url_says_stays_and_what_it_does_not_is_added(void**) {
  const std::string plain = for_libpq("postgresql://port%61ld@localhost/p%20o?options=-c%20a%3Db");
  for (const char* part : {"postgresql://?", "user=portald", "dbname=p%20o", "options=-c%20a%3Db",
                           "host=localhost", "connect_timeout=6", "target_session_attrs=read-write",
                           "client_encoding=UTF8", "application_name=portald"}) {
    assert_true(has(plain, part));
  }
  const std::string told = for_libpq("postgresql:///portal?connect_timeout=3&application_name=n1");
  assert_true(has(told, "connect_timeout=3") && !has(told, "connect_timeout=6"));
  assert_true(has(told, "application_name=n1") && !has(told, "application_name=portald"));
}

void a_state_tells_what_it_means_and_no_more(void**) {
  // J4
  const struct {
    const char* state;
    Errc code;
    bool spoils;
  } known[] = {
      {"23505", Errc::conflict, false},    {"23503", Errc::internal, false},
      {"57P01", Errc::unavailable, true},  {"57014", Errc::unavailable, false},
      {"55P03", Errc::unavailable, false}, {"40001", Errc::unavailable, false},
      {"40P01", Errc::unavailable, false}, {"53100", Errc::unavailable, false},
      {"53300", Errc::unavailable, false}, {"08006", Errc::unavailable, true},
      {"", Errc::unavailable, true},       {"     ", Errc::unavailable, true},
      {"42601", Errc::internal, false},    {"25006", Errc::unavailable, true},
      {"P0001", Errc::internal, false},    {"25P03", Errc::unavailable, true},
  };
  for (const auto& each : known) {
    const Error error = sql::error_of_state(each.state, Connection::Access::write);
    assert_text(name_of(error.code), name_of(each.code));
    assert_int_equal(sql::state_spoils_connection(each.state), each.spoils);
  }
  assert_text(sql::error_of_state("23505", Connection::Access::write).detail,
              "store: constraint failed (PostgreSQL 23505)");
  assert_text(sql::error_of_state("", Connection::Access::write).detail,
              "store: the connection is lost (PostgreSQL)");
  assert_text(name_of(sql::error_of_state("25006", Connection::Access::read).code), "internal");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_server_elsewhere_must_prove_who_it_is),
      cmocka_unit_test(a_server_on_this_host_needs_no_certificate),
      cmocka_unit_test(what_the_environment_says_of_the_host_is_not_trusted),
      cmocka_unit_test(a_password_in_the_url_is_refused_and_never_repeated),
      cmocka_unit_test(what_the_url_says_stays_and_what_it_does_not_is_added),
      cmocka_unit_test(a_state_tells_what_it_means_and_no_more),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
