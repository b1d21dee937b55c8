#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/secret.hpp"

namespace portal {

/// Which answers of a gateway mean one thing: all that is said here must be so.
struct AnswerRule {
  std::vector<int> status;          ///< the HTTP status is one of these; empty: any of 200 to 299
  std::string begins;               ///< the body begins like this
  std::string pattern;              ///< an extended regular expression (POSIX) finds in the body
  std::string pointer;              ///< a JSON pointer (RFC 6901) finds in the body
  std::vector<std::string> values;  ///< one of these stands there; empty: anything but ""

  bool says_nothing() const {
    return status.empty() && begins.empty() && pattern.empty() && pointer.empty();
  }
};

/// One SMS gateway: what is asked of it, and what its answers mean. Texts with placeholders are
/// described in delivery/sms/template.hpp.
struct SmsGatewaySettings {
  enum class Method { get, post, put };
  enum class BodyFormat { none, form, json, xml, text };
  enum class Authentication { none, basic, bearer };

  std::string name;  ///< for the log and for the memory of who may have a message
  std::string preset;
  Method method = Method::post;
  std::string url;                   ///< https, or http on this host; with placeholders
  std::vector<std::string> headers;  ///< "Name: value", with placeholders
  BodyFormat body_format = BodyFormat::none;
  std::string body;  ///< with placeholders
  std::string user;
  Secret secret;
  Authentication authentication = Authentication::none;
  std::filesystem::path ca_file;  ///< empty: the host's own authorities
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  std::string sender;
  std::string gsm7 = "gsm7";  ///< what {coding} says
  std::string ucs2 = "ucs2";
  std::chrono::milliseconds timeout{5000};  ///< requirement S3
  std::chrono::seconds report_wait{0};      ///< for a report that it has arrived; 0: none comes

  AnswerRule accepted;  ///< it answers for the message now
  AnswerRule refused;   ///< no gateway can send it: the number does not exist
  AnswerRule unsure;    ///< it has the message, but the next gateway should send it too
};

/// All gateways, the preferred one first.
struct SmsGatewaysSettings {
  std::vector<SmsGatewaySettings> gateways;
  unsigned short report_port = 0;           ///< on 127.0.0.1, for their reports; 0: none are taken
  int failures_in_a_row = 5;                ///< then a gateway is passed over
  std::chrono::milliseconds pause{30'000};  ///< for so long; then one message tries it again
};

}  // namespace portal
