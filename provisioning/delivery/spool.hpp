#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "delivery/letterhead.hpp"
#include "delivery/transport.hpp"

namespace portal {

struct SpoolSettings {
  std::filesystem::path folder;  ///< made if it is missing, with mode 0700
  std::map<PortalId, LetterheadSettings> letterheads;
};

/// Writes each message as a file into a folder, for whatever carries it on, and for people to look
/// at in a demo: `<milliseconds>-<id>.eml` (RFC 5322) or `<milliseconds>-<id>.sms.json`, sorted by
/// the time at which the message was wanted. A file appears whole and durable, or not at all, with
/// mode 0600; the same message gives the same file name, so a second send shows one message.
/// Names that begin with a dot are being written; `open` removes those that a crash left.
class Spool final : public Transport {
 public:
  /// Fails: malformed (a sender), denied (others may write into the folder), unavailable.
  static Result<Spool> open(SpoolSettings settings);

  /// Fails: malformed, unavailable (the folder cannot be written; no sender for the portal).
  Result<void> send(const OutgoingMail& mail) override;
  /// A JSON object with id, portal, number, text, and time and expires (RFC 3339).
  /// Fails: malformed, unavailable.
  Result<void> send(const OutgoingSms& sms) override;

 private:
  Spool(std::filesystem::path folder, Letterheads letterheads)
      : folder_(std::move(folder)), letterheads_(std::move(letterheads)) {}
  Result<void> place(const MessageId& id, UtcTime created, std::string_view ending,
                     const Secret& content) const;

  std::filesystem::path folder_;
  Letterheads letterheads_;
};

}  // namespace portal
