#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.hpp"

namespace portal::test {

/// A mail server on a loopback port that does what a test says at each step. Without a word for a
/// step it behaves.
class ScriptedSmtp {
 public:
  /// One connection, as a script sees it.
  class Client {
   public:
    void say(std::string_view text) const {
      if (text.size() > 3) last_ = text.substr(0, 3);
      while (!text.empty()) {
        const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    void say_slowly(std::string_view text, std::chrono::milliseconds pause) const {
      for (const char c : text) {
        if (server_.ending_) return;
        say(std::string_view(&c, 1));
        std::this_thread::sleep_for(pause);
      }
    }
    /// Says nothing more until the other side goes away.
    void hang() const {
      char rest = 0;
      while (::recv(fd_, &rest, 1, 0) > 0) {
      }
    }
    /// No more of this, but for what follows until the other side is gone.
    void close() const { ::shutdown(fd_, SHUT_RDWR); }
    bool gone() const {
      char next = 0;
      return ::recv(fd_, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0 || server_.ending_;
    }

   private:
    friend class ScriptedSmtp;
    Client(ScriptedSmtp& server, int fd) : server_(server), fd_(fd) {}
    ScriptedSmtp& server_;
    int fd_;
    mutable std::string last_;  ///< the code of the last reply
  };
  using Act = std::function<void(const Client&)>;

  /// `acts`: by "greeting", the command's first word, or "." for the end of a mail.
  explicit ScriptedSmtp(std::map<std::string, Act> acts = {})
      : acts_(std::move(acts)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    auto* address = reinterpret_cast<sockaddr*>(&place);
    if (::bind(listener_.get(), address, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), address, &size) != 0) {
      std::abort();
    }
    port_ = ntohs(place.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedSmtp() {
    ending_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    accepting_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const FileDescriptor& fd : connections_) ::shutdown(fd.get(), SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }
  ScriptedSmtp(const ScriptedSmtp&) = delete;
  ScriptedSmtp& operator=(const ScriptedSmtp&) = delete;

  /// Replies `text` to `step` from now on.
  void answer(const std::string& step, std::string text) {
    act(step, [text = std::move(text)](const Client& client) { client.say(text + "\r\n"); });
  }
  void act(const std::string& step, Act act) {
    const std::lock_guard lock(mutex_);
    acts_[step] = std::move(act);
  }

  std::uint16_t port() const { return port_; }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return connections_.size();
  }
  /// What came between DATA and the final dot, dots as they came.
  std::vector<std::string> mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
  }
  std::vector<std::string> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }

 private:
  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const std::lock_guard lock(mutex_);
      connections_.emplace_back(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }

  bool read_line(int fd, std::string& kept, std::string& line) {
    for (;;) {
      const std::size_t end = kept.find("\r\n");
      if (end != std::string::npos) {
        line = kept.substr(0, end);
        kept.erase(0, end + 2);
        return true;
      }
      char buffer[4096];
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) return false;
      kept.append(buffer, static_cast<std::size_t>(got));
    }
  }

  void reply(const Client& client, const std::string& step, std::string_view otherwise) {
    Act act;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = acts_.find(step); found != acts_.end()) act = found->second;
    }
    if (act) {
      act(client);
    } else {
      client.say(std::string(otherwise) + "\r\n");
    }
  }

  void serve(int fd) {
    const Client client(*this, fd);
    reply(client, "greeting", "220 scripted");
    std::string kept;
    std::string line;
    while (read_line(fd, kept, line)) {
      {
        const std::lock_guard lock(mutex_);
        commands_.push_back(line);
      }
      const std::string word = line.substr(0, line.find(' '));
      if (word == "EHLO") reply(client, word, "250-scripted\r\n250 8BITMIME");
      if (word == "AUTH") reply(client, word, "334 ");
      if (word == "HELO") reply(client, word, "250 scripted");
      if (word == "MAIL" || word == "RCPT" || word == "RSET") reply(client, word, "250 ok");
      if (word == "QUIT") reply(client, word, "221 bye");
      // The answer to a 334.
      if (line.find_first_of(" :") == std::string::npos && line.size() > 6 && word != "STARTTLS") {
        reply(client, "login", "235 in");
      }
      if (word != "DATA") continue;
      reply(client, word, "354 go on");
      if (client.last_ != "354") continue;
      std::string mail;
      while (read_line(fd, kept, line) && line != ".") mail += line + "\r\n";
      if (line != ".") return;
      {
        const std::lock_guard lock(mutex_);
        mails_.push_back(mail);
      }
      reply(client, ".", "250 taken");
    }
    // So that the other side sees the end at once.
    ::shutdown(fd, SHUT_RDWR);
  }

  std::map<std::string, Act> acts_;          ///< guarded by mutex_
  std::vector<FileDescriptor> connections_;  ///< guarded by mutex_
  std::vector<std::string> mails_;           ///< guarded by mutex_
  std::vector<std::string> commands_;        ///< guarded by mutex_
  std::vector<std::thread> threads_;         ///< guarded by mutex_ while accepting
  mutable std::mutex mutex_;
  std::atomic<bool> ending_ = false;
  std::uint16_t port_ = 0;
  FileDescriptor listener_;
  std::thread accepting_;
};

}  // namespace portal::test
