#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <string>

#include "base/file.hpp"
#include "base/freed.hpp"

namespace portal::http {
namespace {

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

constexpr const char* tls_1_2_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::size_t kLargestChain = 1'048'576;
constexpr const char* groups = "X25519:P-256:P-384";

std::string last_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

/// Without it OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

/// RFC 7301 section 3.2: a client that offers only what we do not speak is refused. Another
/// protocol's cookie-stealing tricks (ALPACA) end here.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
  static constexpr unsigned char http_1_1[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int outcome = SSL_select_next_proto(&chosen, out_length, http_1_1, sizeof http_1_1 - 1,
                                            offered, offered_length);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<void> use_private_key(SSL_CTX& context, const std::filesystem::path& file) {
  const Result<Secret> pem = read_secret_file(file);
  if (!pem) return fail(pem.error());
  const std::string_view text = pem->reveal();
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                    : nullptr);
  if (!key) return fail(Errc::malformed, file.native() + " is not a private key: " + last_error());
  if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1 || SSL_CTX_check_private_key(&context) != 1)
    return fail(Errc::malformed,
                file.native() + " does not belong to the certificate: " + last_error());
  return {};
}

bool configure(SSL_CTX& context) {
  SSL_CTX_set_options(&context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                    SSL_OP_SINGLE_ECDH_USE);
  // Buffers only while bytes move: thousands of idle clients must cost little.
  SSL_CTX_set_mode(&context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Tickets resume a session; a cache in memory would grow with every client.
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(&context, choose_protocol, nullptr);
  return SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(&context, tls_1_2_ciphers) == 1 &&
         SSL_CTX_set1_groups_list(&context, groups) == 1;
}

}  // namespace

Result<TlsContext::Context> TlsContext::make(const std::filesystem::path& certificate,
                                             const std::filesystem::path& private_key) {
  ERR_clear_error();
  const Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context || !configure(*context)) return fail(Errc::internal, "TLS: " + last_error());
  if (const Result<std::string> there = read_text_file(certificate, kLargestChain); !there)
    return fail(there.error());
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1)
    return fail(Errc::malformed,
                certificate.native() + " is not a certificate chain: " + last_error());
  if (const Result<void> key = use_private_key(*context, private_key); !key)
    return fail(key.error());
  return context;
}

Result<std::unique_ptr<TlsContext>> TlsContext::load(std::filesystem::path certificate,
                                                     std::filesystem::path private_key) {
  Result<Context> context = make(certificate, private_key);
  if (!context) return fail(std::move(context).error());
  return std::unique_ptr<TlsContext>(
      new TlsContext(std::move(certificate), std::move(private_key), std::move(*context)));
}

TlsContext::TlsContext(std::filesystem::path certificate, std::filesystem::path private_key,
                       Context context)
    : certificate_(std::move(certificate)),
      private_key_(std::move(private_key)),
      context_(std::move(context)) {}

Result<void> TlsContext::reload() {
  Result<Context> context = make(certificate_, private_key_);
  if (!context) return fail(std::move(context).error());
  const std::lock_guard lock(mutex_);
  context_ = std::move(*context);
  return {};
}

std::unique_ptr<Stream> TlsContext::stream(int socket) const {
  const std::lock_guard lock(mutex_);
  return tls_stream(socket, context_);
}

}  // namespace portal::http
