#pragma once

#include <security/pam_appl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace portal::test {

/// A folder with PAM services of the test's own, seen through pam_wrapper instead of /etc/pam.d.
class PamStage {
 public:
  using Services = std::vector<std::pair<std::string, std::string>>;

  /// Enters the stage. pam_wrapper must be loaded before main and reads the services when it first
  /// is used, so the program writes them and starts itself again. "{module}" and "{socket}" in the
  /// services' text are filled in.
  static PamStage enter(char** arguments, const Services& services) {
    const char* path = std::getenv("PORTAL_PAM_STAGE");
    if (path != nullptr) return PamStage(path);
    char name[] = "/tmp/portal-pam-XXXXXX";
    const PamStage stage(::mkdtemp(name));
    stage.write(services);
    ::setenv("PORTAL_PAM_STAGE", stage.folder_.c_str(), 1);
    ::setenv("PAM_WRAPPER", "1", 1);
    ::setenv("PAM_WRAPPER_SERVICE_DIR", (stage.folder_ / "pam.d").c_str(), 1);
#ifdef __SANITIZE_ADDRESS__
    ::setenv("LD_PRELOAD", "libasan.so.8 libpam_wrapper.so", 1);
    ::setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    ::setenv("PAM_WRAPPER_DISABLE_DEEPBIND", "1", 1);
#else
    ::setenv("LD_PRELOAD", "libpam_wrapper.so", 1);
#endif
    ::execv("/proc/self/exe", arguments);
    std::abort();
  }

  std::string socket() const { return folder_ / "socket"; }
  /// Removes the folder; the program's last act.
  int leave(int outcome) const {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    return outcome;
  }

 private:
  explicit PamStage(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(const Services& services) const {
    std::filesystem::create_directory(folder_ / "pam.d");
    // libpam complains at each start when this one is missing.
    std::ofstream(folder_ / "pam.d/other") << "auth required pam_deny.so\n";
    for (const auto& [name, text] : services)
      std::ofstream(folder_ / "pam.d" / name) << filled(text);
  }
  std::string filled(std::string text) const {
    for (const auto& [key, value] : {std::pair<std::string, std::string>("{module}", PORTAL_MODULE),
                                     std::pair<std::string, std::string>("{socket}", socket())}) {
      for (auto at = text.find(key); at != std::string::npos; at = text.find(key))
        text.replace(at, key.size(), value);
    }
    return text;
  }

  std::filesystem::path folder_;
};

/// A PAM transaction of an application, ended with it.
class PamApplication {
 public:
  PamApplication(const char* service, const char* user,
                 int (*conversation)(int, const pam_message**, pam_response**, void*), void* data)
      : conversation_{conversation, data} {
    if (::pam_start(service, user, &conversation_, &handle_) != PAM_SUCCESS) std::abort();
  }
  ~PamApplication() { ::pam_end(handle_, PAM_SUCCESS); }
  PamApplication(const PamApplication&) = delete;
  PamApplication& operator=(const PamApplication&) = delete;

  pam_handle_t* handle() const { return handle_; }

 private:
  pam_conv conversation_;
  pam_handle_t* handle_ = nullptr;
};

}  // namespace portal::test
