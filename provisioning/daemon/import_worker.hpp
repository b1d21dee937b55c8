#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.hpp"

namespace portal {

class ImportService;

/// A thread that settles what imports have put in force, and deletes what was abandoned, at a pace
/// that leaves the store to others. It looks once a second whether there is something to do. A
/// failure is logged once, and again when it changes or is over.
class ImportWorker {
 public:
  explicit ImportWorker(ImportService& imports);
  /// Waits for what is at hand: a fraction of a second.
  ~ImportWorker();
  ImportWorker(const ImportWorker&) = delete;
  ImportWorker& operator=(const ImportWorker&) = delete;

 private:
  void run();
  void tell(const Result<bool>& done);

  ImportService& imports_;
  std::string failure_;  ///< the last one told, empty if it works
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace portal
