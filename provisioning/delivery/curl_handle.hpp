#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/freed.hpp"

namespace portal {

/// A list of lines that libcurl sends: headers, recipients.
class CurlList {
 public:
  /// Throws std::bad_alloc.
  void add(const std::string& line);
  curl_slist* get() const noexcept { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, Freed<curl_slist_free_all>> list_;
};

/// One easy handle of libcurl, for one request at a time. It verifies the other side's certificate
/// and name, wants TLS 1.2 or later, follows no redirect, and takes neither a proxy from the
/// environment nor a signal (requirement L3). Whatever memory libcurl frees is wiped first: it held
/// codes and passwords.
///
/// An option that libcurl does not take is remembered and fails `perform`: no setting is lost
/// silently. Strings are copied by libcurl; lists and CURLOPT_POSTFIELDS are not.
class CurlHandle {
 public:
  /// Throws std::bad_alloc, std::runtime_error (libcurl cannot be set up).
  CurlHandle();

  template <class T>
  void set(CURLoption option, T value) {
    keep(curl_easy_setopt(curl_.get(), option, value));
  }
  /// For the whole of `perform`, and for name look-up, connection and TLS alone.
  void set_time_limits(std::chrono::milliseconds all, std::chrono::milliseconds connecting);

  /// Blocks. CURLE_OK, or why it failed; `why` says it in words, without what was sent.
  CURLcode perform() noexcept;
  std::string why(CURLcode code) const;

  /// T as libcurl documents it for the info: long, curl_off_t, char*, …
  template <class T>
  T info(CURLINFO what) const {
    T value{};
    curl_easy_getinfo(curl_.get(), what, &value);
    return value;
  }

 private:
  void keep(CURLcode code) noexcept;

  std::unique_ptr<CURL, Freed<curl_easy_cleanup>> curl_;
  CURLcode refused_ = CURLE_OK;  ///< the first option that was not taken
};

}  // namespace portal
