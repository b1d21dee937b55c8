#include "base/hash.hpp"

#include "base/random.hpp"
#include "support/cmocka.hpp"

using namespace portal;

namespace {

void a_text_is_named_by_its_blake2b_hash(void**) {
  // R9: as `b2sum -l 256` prints it
  test::assert_text(hash_of(""),
                    "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  test::assert_text(hash_of("abc"),
                    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

}  // namespace

int main() {
  initialise_crypto();
  const CMUnitTest tests[] = {cmocka_unit_test(a_text_is_named_by_its_blake2b_hash)};
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
