#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "delivery/sms/circuit.hpp"
#include "delivery/sms/gateway.hpp"
#include "delivery/transport.hpp"
#include "domain/ports/sms_way.hpp"

namespace portal {

/// Remembers, past a crash, which gateways may have a message.
class SmsMemory {
 public:
  virtual ~SmsMemory() = default;
  /// These and no others; durable on return. Fails: unavailable.
  virtual Result<void> note_tried(const MessageId& id,
                                  const std::vector<std::string>& gateways) = 0;
  /// The gateway will report before `end`; else the next one gets the message. Fails: unavailable.
  virtual Result<void> await_report(const MessageId& id, UtcTime end) = 0;
};

/// Where the reports of gateways come, for a message each.
using SmsReportAddress =
    std::function<std::string(const std::string& gateway, const MessageId& message)>;

/// One gateway that was asked.
struct SmsAttempt {
  std::string gateway;
  SmsTry tried;
  std::chrono::milliseconds took{0};
};

/// An ordered list of gateways: a message goes to the first that takes it (requirement S3). Before
/// one is asked, it is noted as one that may have the message; the note is taken back only when it
/// refused. So it never gets a message twice that it may have accepted, whatever crashes between.
/// Logs each try: message, gateway, outcome. Thread-safe.
class SmsGateways final : public SmsCarrier, public SmsWay {
 public:
  SmsGateways(std::vector<SmsGateway> gateways, int failures_in_a_row,
              std::chrono::milliseconds pause, SmsMemory& memory, const Clock& clock,
              SmsReportAddress report_address = {});

  /// Success also when each gateway may have it and one had said so, though no report came.
  /// Fails: denied (refused for good; or each gateway may have it and none says so), unavailable.
  Result<void> send(const OutgoingSms& sms) override;

  bool is_open() const override;

  /// Tries a message of nobody's: by the gateways in their order until one settles it, or by the
  /// one of this name alone; those that are passed over are asked as well. Nothing is remembered.
  /// Fails: not_found (no gateway of this name).
  Result<std::vector<SmsAttempt>> try_out(const OutgoingSms& sms, std::string_view name);

 private:
  struct Way {
    SmsGateway gateway;
    SmsCircuit circuit;
    Way(SmsGateway opened, int failures, std::chrono::milliseconds pause)
        : gateway(std::move(opened)), circuit(failures, pause) {}
  };
  SmsAttempt ask(Way& way, const OutgoingSms& sms);
  void await_report(const SmsGateway& gateway, const OutgoingSms& sms);

  std::deque<Way> ways_;
  SmsMemory& memory_;
  const Clock& clock_;
  SmsReportAddress report_address_;
};

}  // namespace portal
