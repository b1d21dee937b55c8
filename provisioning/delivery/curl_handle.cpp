#include "delivery/curl_handle.hpp"

#include <malloc.h>
#include <string.h>  // explicit_bzero, strdup

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

namespace portal {
namespace {

// libcurl copies what it is given into buffers of its own and frees them as they are.
void wipe_and_free(void* block) {
  if (block == nullptr) return;
  ::explicit_bzero(block, ::malloc_usable_size(block));
  std::free(block);
}

// Not realloc(): it leaves the old block behind as it was.
void* wiping_realloc(void* block, std::size_t size) {
  void* larger = std::malloc(size);
  if (larger == nullptr) return nullptr;
  if (block != nullptr) std::memcpy(larger, block, std::min(size, ::malloc_usable_size(block)));
  wipe_and_free(block);
  return larger;
}

/// Once in the process: what was allocated one way must not be freed the other way.
CURLcode set_libcurl_up() {
  static const CURLcode done = curl_global_init_mem(
      CURL_GLOBAL_DEFAULT, &std::malloc, &wipe_and_free, &wiping_realloc, &::strdup, &std::calloc);
  return done;
}

CURL* new_handle() {
  if (set_libcurl_up() != CURLE_OK) throw std::runtime_error("libcurl cannot be set up");
  CURL* handle = curl_easy_init();
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

}  // namespace

void CurlList::add(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list_.release();  // the same list, or its first element
  list_.reset(longer);
}

CurlHandle::CurlHandle() : curl_(new_handle()) {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");  // http_proxy in the environment is not for us
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
}

void CurlHandle::set_time_limits(std::chrono::milliseconds all,
                                 std::chrono::milliseconds connecting) {
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(all.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connecting.count()));
}

CURLcode CurlHandle::perform() noexcept {
  return refused_ == CURLE_OK ? curl_easy_perform(curl_.get()) : refused_;
}

std::string CurlHandle::why(CURLcode code) const {
  return refused_ == CURLE_OK
             ? curl_easy_strerror(code)
             : std::string("libcurl lacks an option: ") + curl_easy_strerror(refused_);
}

void CurlHandle::keep(CURLcode code) noexcept {
  if (refused_ == CURLE_OK) refused_ = code;
}

}  // namespace portal
