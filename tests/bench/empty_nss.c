/* A module that answers without looking: what calling one costs by itself. */
#include <nss.h>
#include <pwd.h>
#include <string.h>

static enum nss_status answer(uid_t uid, struct passwd* result, char* buffer, size_t size,
                              int* error) {
  static const char text[] = "v1000001\0*\0\0/\0/bin/sh";
  if (size < sizeof text) {
    *error = 34; /* ERANGE */
    return NSS_STATUS_TRYAGAIN;
  }
  memcpy(buffer, text, sizeof text);
  result->pw_name = buffer;
  result->pw_passwd = buffer + 9;
  result->pw_uid = uid;
  result->pw_gid = uid;
  result->pw_gecos = buffer + 11;
  result->pw_dir = buffer + 12;
  result->pw_shell = buffer + 14;
  return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_empty_getpwnam_r(const char* name, struct passwd* result, char* buffer,
                                      size_t size, int* error);
enum nss_status _nss_empty_getpwnam_r(const char* name, struct passwd* result, char* buffer,
                                      size_t size, int* error) {
  (void)name;
  return answer(200001, result, buffer, size, error);
}

enum nss_status _nss_empty_getpwuid_r(uid_t uid, struct passwd* result, char* buffer, size_t size,
                                      int* error);
enum nss_status _nss_empty_getpwuid_r(uid_t uid, struct passwd* result, char* buffer, size_t size,
                                      int* error) {
  return answer(uid, result, buffer, size, error);
}
