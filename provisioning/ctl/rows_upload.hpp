#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "ctl/connection.hpp"
#include "ctl/persons_file.hpp"

namespace portal::ctl {

/// Sends the chunks of an import, two at a time: while the daemon writes one, it reads the other.
/// A chunk whose answer is lost, or that the daemon could not take at the moment, is sent again for
/// some seconds; that a row comes twice does no harm, for its line names it. Memory is flat.
class RowsUpload {
 public:
  /// `target`: the route of the import's rows.
  RowsUpload(const std::filesystem::path& socket, std::string target);
  /// Gives up what was not sent.
  ~RowsUpload();
  RowsUpload(const RowsUpload&) = delete;
  RowsUpload& operator=(const RowsUpload&) = delete;

  /// Waits until there is room for a chunk. False: it makes no sense to go on.
  bool put(RowsChunk chunk);
  /// Waits for every answer. False: some chunk was not taken, for another reason than its rows.
  bool finish();

  // After `finish`:

  std::size_t rows() const noexcept { return rows_; }  ///< taken
  const FaultList& faults() const noexcept { return faults_; }
  const FaultList& warnings() const noexcept { return warnings_; }
  /// Why a chunk was not taken.
  const std::optional<std::variant<Reply, NoReply>>& failure() const noexcept { return failure_; }

 private:
  static constexpr std::size_t kAtOnce = 2;

  void run(Connection& connection);
  std::variant<Reply, NoReply> send(Connection& connection, const std::string& json);
  void take(std::variant<Reply, NoReply> answer, std::size_t rows);
  void end();

  const std::string target_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RowsChunk> waiting_;
  std::size_t under_way_ = 0;
  bool ending_ = false;
  std::size_t rows_ = 0;
  FaultList faults_;
  FaultList warnings_;
  std::optional<std::variant<Reply, NoReply>> failure_;
  std::vector<std::thread> threads_;
};

}  // namespace portal::ctl
