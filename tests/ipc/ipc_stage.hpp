#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "domain/ports/phrasebook.hpp"
#include "ipc/server.hpp"
#include "support/temporary_folder.hpp"
#include "wire/core/client.hpp"

namespace portal::test {

using namespace std::chrono_literals;

/// One account: "anna", password "right", code "447683". Records what it was asked.
class FakeFace final : public ipc::LoginFace {
 public:
  std::atomic<int> started = 0;
  std::atomic<int> answered = 0;
  std::atomic<bool> throws = false;
  std::atomic<bool> prepared = true;
  std::chrono::milliseconds takes{0};  ///< for each answer
  std::function<void()> before_standing;
  RefusalReason reason = RefusalReason::wrong_credentials;
  std::atomic<LoginService::Standing> standing = LoginService::Standing::usable;

  LoginStep start(LoginConversation& conversation) override {
    ++started;
    {
      const std::lock_guard lock(mutex_);
      seen_ = conversation;
    }
    if (throws) throw std::runtime_error("a secret that must not be logged");
    return Prompt{Prompt::Kind::password, false, "Password: "};
  }
  LoginStep answer(LoginConversation& conversation, const Secret& answer) override {
    ++answered;
    if (takes > 0ms) std::this_thread::sleep_for(takes);
    if (conversation.stage == LoginConversation::Stage::password && answer.reveal() == "right") {
      conversation.stage = LoginConversation::Stage::code;
      conversation.language = Language::it;
      return Prompt{Prompt::Kind::totp_code, true, "Code: "};
    }
    if (conversation.stage == LoginConversation::Stage::code && answer.reveal() == "447683")
      return Granted{AccountId("a1"), FactorKind::totp, DecisionId("granted1")};
    return Refusal{reason, DecisionId("refused1")};
  }
  LoginService::Standing standing_of(std::string_view) override {
    if (before_standing) before_standing();
    return standing;
  }
  Result<void> open_session(std::string_view name, std::string_view terminal, std::int64_t caller,
                            const Source& source) override {
    const std::lock_guard lock(mutex_);
    session_ = std::string(name) + " " + std::string(terminal) + " " + std::to_string(caller) +
               " " + source.address + " " + source.service;
    if (name != "anna") return fail(Errc::not_found, "no such account");
    return {};
  }
  Result<void> close_session(std::string_view, std::int64_t, const Source&) override {
    return fail(Errc::unavailable, "the store is away");
  }
  Result<void> prepare_change() override {
    if (prepared) return {};
    return fail(Errc::unavailable, "the store is away");
  }
  PasswordStep start_change(PasswordConversation& conversation, const Secret& current,
                            bool only_expired) override {
    ++started;
    if (only_expired) return PasswordChanged{};
    if (current.empty()) return Prompt{Prompt::Kind::current_password, false, "Current: "};
    return answer_change(conversation, current);
  }
  PasswordStep answer_change(PasswordConversation& conversation, const Secret& answer) override {
    using Stage = PasswordConversation::Stage;
    ++answered;
    switch (conversation.stage) {
      case Stage::current:
        if (answer.reveal() != "right") return Refusal{reason, DecisionId("refused1")};
        conversation.who.language = Language::it;
        conversation.stage = Stage::next;
        return Prompt{Prompt::Kind::new_password, false, "New: "};
      case Stage::next:
        if (answer.reveal() == "weak")
          return NewPasswordRefused{DecisionId("refused2"), "Too weak. Too short."};
        return PasswordChanged{DecisionId("changed1")};
      case Stage::code:
      case Stage::again:
      case Stage::over: break;
    }
    return Refusal{RefusalReason::start_again, DecisionId("refused3")};
  }

  LoginConversation seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  std::string session() const {
    const std::lock_guard lock(mutex_);
    return session_;
  }

 private:
  mutable std::mutex mutex_;
  LoginConversation seen_;
  std::string session_;
};

/// Says the language, the key and the values.
class FakePhrasebook final : public Phrasebook {
 public:
  std::string text(Language language, std::string_view key, const Values& values) const override {
    std::string said = std::string(code_of(language)) + ":" + std::string(key);
    for (const auto& [name, value] : values) said += " " + name + "=" + value;
    return said;
  }
};

/// A server with short limits, in a folder that every uid may enter.
class IpcStage {
 public:
  explicit IpcStage(const std::function<void(ipc::Settings&)>& change = {}) {
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    settings.socket = folder.path() / "run/login.sock";
    settings.threads = 2;
    settings.refusal_schedule = 0ms;
    if (change) change(settings);
    server = std::move(*ipc::Server::start(settings, face, phrases));
  }

  TemporaryFolder folder;
  FakeFace face;
  FakePhrasebook phrases;
  ipc::Settings settings;
  std::unique_ptr<ipc::Server> server;

  std::string socket() const { return settings.socket; }
};

/// What a module saw of one operation.
struct Seen {
  std::vector<std::string> prompts;
  std::vector<wire::Keep> kept;  ///< as what each prompt's answer
  wire::ClientFault fault = wire::ClientFault::none;
  wire::Outcome outcome{};
  std::string decision;
  std::string text;
};

inline wire::Open open_for(std::string_view user, std::string_view service = "sshd") {
  wire::Open open;
  open.service.value = service;
  open.user.value = user;
  return open;
}

/// Plays a module: opens, answers in turn, until it is done or the connection is.
inline Seen play(const std::string& socket, const wire::Open& open,
                 const std::vector<std::string>& answers) {
  Seen seen;
  wire::Client client;
  const auto deadline = wire::Deadline::in_milliseconds(10'000);
  seen.fault = client.connect(socket.c_str(), ::getuid(), deadline);
  if (seen.fault == wire::ClientFault::none) seen.fault = client.send(open, deadline);
  wire::DaemonMessage message;
  for (std::size_t next = 0; seen.fault == wire::ClientFault::none;) {
    seen.fault = client.receive(message, deadline);
    if (seen.fault != wire::ClientFault::none) break;
    if (message.type == wire::MessageType::done) {
      seen.outcome = message.done.outcome;
      seen.decision = message.done.decision.value;
      seen.text = message.done.text.value;
      break;
    }
    seen.prompts.emplace_back(message.prompt.text.value);
    seen.kept.push_back(message.prompt.keep);
    if (next == answers.size()) {
      seen.fault = client.send(wire::ConversationFailed{}, deadline);
      if (seen.fault == wire::ClientFault::none) seen.fault = wire::ClientFault::closed;
      break;
    }
    seen.fault = client.send(wire::Answer{{answers[next++]}}, deadline);
  }
  return seen;
}

/// Runs `act` in a process of this uid and of no group; what it gives is its exit code.
inline int as_uid(uid_t uid, const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresgid(uid, uid, uid) != 0 || ::setresuid(uid, uid, uid) != 0) ::_exit(99);
    ::_exit(act());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

/// Waits until `holds`, at most two seconds.
inline bool soon(const std::function<bool()>& holds) {
  for (int i = 0; i < 200 && !holds(); ++i) std::this_thread::sleep_for(10ms);
  return holds();
}

inline double seconds_of(const std::function<void()>& act) {
  const auto start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace portal::test
