#include "ctl/rows_upload.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/secret.hpp"
#include "ctl/daemon.hpp"
#include "ctl/json.hpp"

namespace portal::ctl {
namespace {

using namespace std::chrono_literals;

constexpr int kTries = 8;
constexpr std::chrono::milliseconds kFirstPause = 100ms;
constexpr std::chrono::milliseconds kLongestPause = 2s;
constexpr int kUnprocessable = 422;
constexpr int kUnavailable = 503;

LineFault fault_of(const Json& error) {
  LineFault fault;
  const std::string line = error.text("line");
  std::from_chars(line.data(), line.data() + line.size(), fault.line);
  const std::string pointer = error.text("pointer");
  fault.field = pointer.substr(pointer.rfind('/') + 1);
  fault.detail = error.text("detail");
  return fault;
}

bool may_be_better_later(const std::variant<Reply, NoReply>& answer) {
  if (const auto* reply = std::get_if<Reply>(&answer)) return reply->status == kUnavailable;
  return std::get<NoReply>(answer).exit == ExitCode::unreachable;
}

}  // namespace

RowsUpload::RowsUpload(const std::filesystem::path& socket, std::string target)
    : target_(std::move(target)) {
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    connections_.push_back(std::make_unique<Connection>(socket));
  }
  for (const auto& connection : connections_) {
    threads_.emplace_back([this, &each = *connection] { run(each); });
  }
}

RowsUpload::~RowsUpload() { end(); }

void RowsUpload::end() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool RowsUpload::put(RowsChunk chunk) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || waiting_.size() < kAtOnce; });
  if (failure_) {
    wipe(chunk.json);
    return false;
  }
  waiting_.push_back(std::move(chunk));
  changed_.notify_all();
  return true;
}

bool RowsUpload::finish() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || (waiting_.empty() && under_way_ == 0); });
  }
  end();
  return !failure_;
}

void RowsUpload::run(Connection& connection) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || failure_ || !waiting_.empty(); });
    if (ending_ || failure_) return;
    RowsChunk chunk = std::move(waiting_.front());
    waiting_.pop_front();
    ++under_way_;
    changed_.notify_all();
    lock.unlock();
    auto answer = send(connection, chunk.json);
    wipe(chunk.json);
    lock.lock();
    --under_way_;
    take(std::move(answer), chunk.rows);
    changed_.notify_all();
  }
}

std::variant<Reply, NoReply> RowsUpload::send(Connection& connection, const std::string& json) {
  auto pause = kFirstPause;
  for (int left = kTries; true; --left) {
    auto answer = connection.request("POST", target_, json);
    if (left == 1 || !may_be_better_later(answer)) return answer;
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, pause, [this] { return ending_ || failure_; })) return answer;
    pause = std::min(2 * pause, kLongestPause);
  }
}

void RowsUpload::take(std::variant<Reply, NoReply> answer, std::size_t rows) {
  const auto* reply = std::get_if<Reply>(&answer);
  const std::optional<Json> body = reply != nullptr ? Json::parse(reply->body) : std::nullopt;
  if (body && reply->status == kUnprocessable) {
    for (const Json& error : body->items("errors")) faults_.add(fault_of(error));
  } else if (body && exit_code_of(reply->status) == ExitCode::ok) {
    rows_ += rows;
    for (const Json& warning : body->items("warnings")) warnings_.add(fault_of(warning));
  } else if (!failure_) {
    failure_ = std::move(answer);
  }
}

}  // namespace portal::ctl
