#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "web/looks.hpp"
#include "web/problems.hpp"
#include "web/templates.hpp"
#include "web/visit.hpp"

namespace portal::web {

/// What one page is made of, apart from what all share.
struct Page {
  std::string_view name;   ///< its template
  std::string_view title;  ///< message key; the heading too
  std::string path = {};   ///< where GET shows it: there the language switch returns
  int step = 0;            ///< of `steps`; 0: none
  Values values = {};      ///< of its template
  const Problems* problems = nullptr;
  int steps = 6;  ///< of the registration, unless it is something else
};

/// Puts pages together: the layout around a template, and the status for what went wrong.
class Pages {
 public:
  /// `refusal_schedule`: a page that tells a refusal of the domain is not sent before.
  /// `session_idle`: after so long without a request a session ends, and its pages say so before.
  Pages(const Phrasebook& phrases, const Looks& looks, std::chrono::milliseconds refusal_schedule,
        std::chrono::seconds session_idle);

  http::Response show(const Visit& visit, Page page) const;
  /// For a page that wants a session: where somebody without one is sent, or that nobody knows at
  /// the moment whether there is one.
  http::Response outside(const Visit& visit) const;
  /// Something failed; what it was goes to the log, never to the page.
  http::Response failed(const Visit& visit, const Error& error) const;
  /// The page for a status that no page of ours explains: 403, 404, 421, 503, …
  http::Response trouble(int status, const Words& words, const Portal* portal,
                         std::string_view csrf) const;

 private:
  struct Frame {
    const Words& words;
    const Portal* portal = nullptr;
    std::string_view csrf;
    std::string_view path;
    bool logged_in = false;
    int step = 0;
    int steps = 0;
  };
  http::Response framed(const Frame& frame, std::string_view title, const Problems& problems,
                        std::string content) const;

  Templates templates_;
  const Looks& looks_;
  std::chrono::milliseconds refusal_schedule_;
  std::chrono::seconds session_idle_;
};

/// 303: after a POST always, so that reload and back do no harm (requirement R8).
http::Response redirect(std::string location);

}  // namespace portal::web
