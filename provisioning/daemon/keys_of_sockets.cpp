#include <pwd.h>

#include <array>
#include <charconv>

#include "daemon/key_tables.hpp"
#include "daemon/shapes.hpp"

namespace portal::key_tables {
namespace {

using namespace std::chrono_literals;
using namespace shapes;

/// The uid of a user's name or of a number written as a text; nothing if there is none.
std::optional<uid_t> uid_of(const std::string& name) {
  uid_t uid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), uid);
  if (error == std::errc() && end == name.data() + name.size()) return uid;
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16'384> buffer{};
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return std::nullopt;
  }
  return entry.pw_uid;
}

Shape<ipc::AllowedCaller> user(uid_t ipc::AllowedCaller::*member) {
  Shape<ipc::AllowedCaller> shape;
  shape.type = "the name or number of a user of this host";
  shape.take = [=](ipc::AllowedCaller& caller, const TomlValue& value, const std::string& name,
                   Reading& reading) {
    if (!has_kind(value, TomlValue::Kind::text, name, "a user of this host", "", reading)) return;
    if (const auto uid = uid_of(value.text)) {
      caller.*member = *uid;
    } else {
      reading.report(value.position, name + ": there is no user " + toml_text(value.text));
    }
  };
  shape.show = [](const ipc::AllowedCaller&) { return std::string(); };
  return shape;
}

std::vector<std::pair<std::string, Language>> languages() {
  return {{"fr", Language::fr}, {"de", Language::de}, {"it", Language::it}, {"en", Language::en}};
}

/// A language, or none.
Shape<ServiceProfile> own_language() {
  struct One {
    Language language = Language::fr;
  };
  const Shape<One> language = choice(&One::language, languages());
  Shape<ServiceProfile> shape;
  shape.type = language.type;
  shape.range = language.range;
  shape.take = [language](ServiceProfile& profile, const TomlValue& value, const std::string& name,
                          Reading& reading) {
    One one;
    language.take(one, value, name, reading);
    profile.language = one.language;
  };
  shape.show = [](const ServiceProfile&) { return std::string(); };
  return shape;
}

Keys<ServiceProfile> of_service() {
  using S = ServiceProfile;
  using Conversation = S::Conversation;
  return {
      {"name", text(&S::name, 64), "The PAM service.", true},
      {"conversation",
       choice(&S::conversation, {{"multi", Conversation::multi}, {"single", Conversation::single}}),
       "How its clients ask: one prompt after the other; or a single one, answered by the "
       "password, "
       "the separator and the code. By SMS, the password alone sends the code and is refused; the "
       "next try is password, separator and code."},
      {"separator", text(&S::separator, 8),
       "What stands between password and code in a single answer; may be empty."},
      {"second_factor", truth(&S::second_factor),
       "false: the password alone is enough at this service. Think twice."},
      {"language", own_language(),
       "The language of the first prompt; after the password it is the person's own."},
      {"info", truth(&S::info),
       "Whether texts that want no answer are sent; false for clients that fail on them."},
      {"qr", truth(&S::qr),
       "Whether somebody who sets up an authenticator app while logging in sees a QR code, drawn "
       "with half blocks (UTF-8); the key is always there as text."},
      {"width", number(&S::width, 20, 1'000),
       "Columns of its clients' terminals: a QR code that is wider is left out."},
      {"password_prompt", text(&S::password_prompt, 128),
       "The first words of the password's prompt, where a client looks for them; else they are in "
       "the person's language."},
      {"code_prompt", text(&S::code_prompt, 128), "The same for the code's prompt."},
  };
}

Keys<ipc::AllowedCaller> of_caller() {
  using S = ipc::AllowedCaller;
  return {
      {"user", user(&S::uid), "Who the calling process runs as.", true},
      {"services", texts(&S::services), "The PAM services that it may ask for.", true},
  };
}

}  // namespace

Keys<ipc::Settings> of_pam() {
  using S = ipc::Settings;
  return {
      {"socket", path(&S::socket),
       "Where the socket is made, unless systemd hands one over. The modules' option socket= must "
       "say the same."},
      {"socket_mode", mode(&S::mode),
       "Who may connect: everybody, since screen lockers and databases are not root. What a caller "
       "may ask for is decided by its credentials."},
      {"max_connections", number(&S::max_connections, 4, 1'000'000),
       "Connections open at a time; the last quarter is root's."},
      {"max_per_uid", number(&S::max_per_uid, 1, 1'000'000),
       "Connections open at a time of one uid; root has no such limit."},
      {"threads", number(&S::threads, 1, 1'024), "Logins worked on at a time."},
      {"frame_limit", duration(&S::frame_limit, 100ms, 1min),
       "A connection that takes longer for one message is cut."},
      {"conversation_limit", duration(&S::conversation_limit, 10s, 10min),
       "A conversation that takes longer is cut."},
      {"queue_limit", duration(&S::queue_limit, 1s, 1min),
       "A login that waited this long for its turn is refused: nobody waits for it any more."},
      {"language", choice(&S::language, languages()),
       "The language of the first prompt where neither the service nor the client has one."},
      {"service", tables(&S::services, of_service()),
       "PAM services whose clients are not like sshd's, sudo's and login's. Without an entry the "
       "defaults hold."},
      {"caller", tables(&S::allowed_callers, of_caller()),
       "Processes that are not root and may ask for anyone, for their own services. Without an "
       "entry a process may ask only for its own user."},
  };
}

Keys<OutgoingSettings> of_delivery() {
  using S = OutgoingSettings;
  Keys<DeliverySettings> worker = {
      {"threads", number(&DeliverySettings::threads, 1, 64), "Messages sent at a time."},
      {"batch", number(&DeliverySettings::batch, 1, 1'000),
       "Messages that a thread takes on at a time. With more than one, a slow relay or gateway "
       "holds up the rest of them as well."},
      {"lease", duration(&DeliverySettings::lease, 45s, 1h),
       "What a daemon that died had taken on is sent by another after this time."},
      {"look_every", duration(&DeliverySettings::look_every, 50ms, 1min),
       "How often the queue is looked at."},
  };
  Keys<S> own = {{"spool", path(&S::spool),
                  "A folder that each mail (.eml) and SMS (.sms.json) is written to, for whatever "
                  "carries it on. Made if it is missing, for the daemon's user alone."}};
  return joined(std::move(own), lifted(&S::worker, worker));
}

}  // namespace portal::key_tables
