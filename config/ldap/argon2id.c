/* A slapd module that stores passwords as Argon2id, for `password-hash {ARGON2}`.
 *
 * Why it exists: OpenLDAP's own argon2.so, when built with libargon2 as Debian does, makes Argon2i
 * hashes (it sizes the buffer for Argon2id and then calls argon2i_hash_encoded). Argon2i gives way
 * to time-memory trade-offs at t=2; requirement P6 wants Argon2id. A slapd built with libsodium
 * makes Argon2id by itself and does not need this.
 *
 * It registers the same scheme in the same text form ("{ARGON2}$argon2id$v=19$m=…,t=…,p=1$…"), so
 * what it stored is verified by OpenLDAP's own module too: nothing is lost when it is taken away.
 * It verifies Argon2i hashes that are there already.
 *
 *   moduleload portal_argon2id.so m=19456 t=2      m: KiB, at least 19456; t: passes, at least 2
 */
#include <errno.h>
#include <lber.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* slapd's side, from its include/lutil.h, which no package ships. Unchanged since OpenLDAP 2.3. */
enum { LUTIL_PASSWD_OK = 0, LUTIL_PASSWD_ERR = -1 };
typedef int check_function(const struct berval* scheme, const struct berval* stored,
                           const struct berval* typed, const char** text);
typedef int hash_function(const struct berval* scheme, const struct berval* typed,
                          struct berval* stored, const char** text);
int lutil_passwd_add(struct berval* scheme, check_function* check, hash_function* hash);
int init_module(int argc, char* argv[]);

enum { least_memory = 19456, most_memory = 4194304, least_passes = 2, most_passes = 100 };

static unsigned long memory_kib = least_memory;
static unsigned long passes = least_passes;

/* A stored value may lack its terminating NUL. */
static int check(const struct berval* scheme, const struct berval* stored,
                 const struct berval* typed, const char** text) {
  char encoded[crypto_pwhash_STRBYTES];
  (void)scheme;
  (void)text;
  if (stored->bv_len >= sizeof encoded) return LUTIL_PASSWD_ERR;
  memcpy(encoded, stored->bv_val, stored->bv_len);
  encoded[stored->bv_len] = '\0';
  return crypto_pwhash_str_verify(encoded, typed->bv_val, typed->bv_len) == 0 ? LUTIL_PASSWD_OK
                                                                              : LUTIL_PASSWD_ERR;
}

static int hash(const struct berval* scheme, const struct berval* typed, struct berval* stored,
                const char** text) {
  char encoded[crypto_pwhash_STRBYTES];
  size_t length;
  (void)text;
  if (crypto_pwhash_str_alg(encoded, typed->bv_val, typed->bv_len, passes, memory_kib * 1024,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return LUTIL_PASSWD_ERR; /* no memory */
  length = strlen(encoded);
  stored->bv_val = ber_memalloc(scheme->bv_len + length + 1);
  if (stored->bv_val == NULL) return LUTIL_PASSWD_ERR;
  memcpy(stored->bv_val, scheme->bv_val, scheme->bv_len);
  memcpy(stored->bv_val + scheme->bv_len, encoded, length + 1);
  stored->bv_len = scheme->bv_len + length;
  return LUTIL_PASSWD_OK;
}

/* The number after "m=" or "t=" of one argument; 0 on success. */
static int read_number(const char* digits, unsigned long least, unsigned long most,
                       unsigned long* number) {
  char* end;
  errno = 0;
  *number = strtoul(digits, &end, 10);
  return errno != 0 || end == digits || *end != '\0' || *number < least || *number > most;
}

/* slapd calls this at moduleload; what is not 0 stops slapd. */
__attribute__((visibility("default"))) int init_module(int argc, char* argv[]) {
  static char name[] = "{ARGON2}";
  struct berval scheme = {sizeof name - 1, name};
  for (int i = 0; i < argc; ++i) {
    int wrong = 1;
    if (strncmp(argv[i], "m=", 2) == 0)
      wrong = read_number(argv[i] + 2, least_memory, most_memory, &memory_kib);
    else if (strncmp(argv[i], "t=", 2) == 0)
      wrong = read_number(argv[i] + 2, least_passes, most_passes, &passes);
    if (wrong) {
      fprintf(stderr, "portal_argon2id: '%s' is not m=%d..%d or t=%d..%d\n", argv[i], least_memory,
              most_memory, least_passes, most_passes);
      return -1;
    }
  }
  if (sodium_init() < 0) return -1;
  return lutil_passwd_add(&scheme, check, hash);
}
