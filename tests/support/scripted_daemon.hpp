#pragma once

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/file.hpp"
#include "wire/received.hpp"

namespace portal::test {

/// A Unix socket that listens at `path`.
inline FileDescriptor listen_at(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ::unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), 64) != 0)
    std::abort();
  (void)::chmod(path.c_str(), 0666);
  return socket;
}

/// The daemon's end of one connection, for a script to speak.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(FileDescriptor socket) : socket_(std::move(socket)) {}

  /// The module's next message; nothing at the end of file.
  std::optional<wire::Received> receive() {
    std::array<std::byte, wire::kLengthSize> length{};
    if (!fill(length)) return std::nullopt;
    Secret body = Secret::of_size(wire::body_size(length).size);
    if (!fill(body.writable())) return std::nullopt;
    Result<wire::Received> received = wire::Received::read(std::move(body));
    if (!received) return std::nullopt;
    return std::move(*received);
  }
  /// The text of an Answer; "(none)" for anything else.
  std::string receive_answer() {
    const std::optional<wire::Received> received = receive();
    const auto* answer = received ? std::get_if<wire::Answer>(&received->message()) : nullptr;
    return answer == nullptr ? "(none)" : std::string(answer->text.value);
  }
  template <class Message>
  void send(const Message& message) {
    send_bytes(std::string((*wire::frame_of(message)).reveal()));
  }
  void send_bytes(const std::string& bytes) {
    (void)!::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void hang_up() { socket_.close(); }

 private:
  bool fill(std::span<std::byte> bytes) {
    for (std::size_t got = 0; got < bytes.size();) {
      const ssize_t count = ::recv(socket_.get(), bytes.data() + got, bytes.size() - got, 0);
      if (count <= 0) return false;
      got += static_cast<std::size_t>(count);
    }
    return true;
  }

  FileDescriptor socket_;
};

/// A daemon that plays a script for one connection. Its end waits for the script's end.
class ScriptedDaemon {
 public:
  using Script = std::function<void(ScriptedPeer&)>;

  ScriptedDaemon(const std::filesystem::path& path, Script script)
      : listener_(listen_at(path)), thread_([this, script = std::move(script)] {
          FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
          if (!socket) return;  // the module never came
          ScriptedPeer peer(std::move(socket));
          script(peer);
        }) {}
  ~ScriptedDaemon() { finish(); }
  ScriptedDaemon(const ScriptedDaemon&) = delete;
  ScriptedDaemon& operator=(const ScriptedDaemon&) = delete;

  /// Waits for the script's end; what it recorded may be looked at then.
  void finish() {
    ::shutdown(listener_.get(), SHUT_RDWR);  // wakes an accept that nobody came for
    if (thread_.joinable()) thread_.join();
  }

 private:
  FileDescriptor listener_;
  std::thread thread_;
};

/// A daemon that plays the same script for one connection after the other.
class ScriptedServer {
 public:
  ScriptedServer(const std::filesystem::path& path, ScriptedDaemon::Script script)
      : listener_(listen_at(path)), thread_([this, script = std::move(script)] {
          while (
              FileDescriptor socket{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)}) {
            ScriptedPeer peer(std::move(socket));
            script(peer);
          }
        }) {}
  ~ScriptedServer() { finish(); }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  /// Takes nobody on any more and waits for the script that is being played.
  void finish() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }

 private:
  FileDescriptor listener_;
  std::thread thread_;
};

}  // namespace portal::test
