#include "daemon/import_worker.hpp"

#include <chrono>
#include <exception>

#include "base/log.hpp"
#include "domain/imports.hpp"

namespace portal {
namespace {

using namespace std::chrono_literals;

constexpr auto kBudget = 200ms;
constexpr auto kPause = 1s;
constexpr auto kRetry = 10s;

}  // namespace

ImportWorker::ImportWorker(ImportService& imports)
    : imports_(imports), thread_([this] { run(); }) {}

ImportWorker::~ImportWorker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void ImportWorker::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    Result<bool> more;
    try {
      more = imports_.work(kBudget);
    } catch (const std::exception&) {
      // what() may quote what it was working on.
      more = fail(Errc::internal, "an exception was thrown");
    }
    tell(more);
    lock.lock();
    const auto pause = !more ? kRetry : kPause;
    if (!more || !*more) wake_.wait_for(lock, pause, [this] { return ending_; });
  }
}

void ImportWorker::tell(const Result<bool>& done) {
  const std::string failure = done ? std::string() : done.error().detail;
  if (failure == failure_) return;
  if (done) {
    log(LogLevel::info, "imported rows are settled again");
  } else {
    log(LogLevel::warning, "imported rows cannot be settled now, will be tried again",
        {{"code", std::string(name_of(done.error().code))}, {"reason", failure}});
  }
  failure_ = failure;
}

}  // namespace portal
