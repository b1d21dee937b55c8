#include "web/pages.hpp"

#include <array>
#include <utility>

#include "web/assets.hpp"

namespace portal::web {
namespace {

Value language_choice(Language current) {
  std::vector<Values> list;
  list.reserve(kLanguages.size());
  for (const Language language : kLanguages) {
    list.push_back({{"code", code_of(language)},
                    {"own_name", own_name(language)},
                    {"current", language == current}});
  }
  return list;
}

/// Message keys.
struct Explanation {
  std::string_view title;
  std::string_view text;
};

Explanation explanation_of(int status) {
  switch (status) {
    case 403: return {"trouble.stale.title", "trouble.stale.text"};
    case 404: return {"trouble.not_found.title", "trouble.not_found.text"};
    case 421: return {"trouble.unknown_host.title", "trouble.unknown_host.text"};
    case 500: return {"trouble.internal.title", "trouble.internal.text"};
    case 429:
    case 503: return {"trouble.busy.title", "trouble.busy.text"};
    default: return {"trouble.bad_request.title", "trouble.bad_request.text"};
  }
}

}  // namespace

Pages::Pages(const Phrasebook& phrases, const Looks& looks,
             std::chrono::milliseconds refusal_schedule, std::chrono::seconds session_idle)
    : templates_(phrases),
      looks_(looks),
      refusal_schedule_(refusal_schedule),
      session_idle_(session_idle) {}

http::Response Pages::show(const Visit& visit, Page page) const {
  static const Problems none;
  const Problems& problems = page.problems ? *page.problems : none;
  page.values.insert_or_assign("csrf", visit.csrf);
  std::string content = templates_.render(visit.language(), page.name, page.values);
  const Frame frame{visit.words, &visit.portal, visit.csrf, page.path, visit.session.has_value(),
                    page.step,   page.steps};
  return framed(frame, visit.words(page.title), problems, std::move(content));
}

http::Response Pages::outside(const Visit& visit) const {
  if (!visit.session_unknown) return redirect("/login");
  return trouble(503, visit.words, &visit.portal, visit.csrf);
}

http::Response Pages::failed(const Visit& visit, const Error& error) const {
  log_fault(error, visit.request.path);
  return trouble(status_of(error.code), visit.words, &visit.portal, visit.csrf);
}

http::Response Pages::trouble(int status, const Words& words, const Portal* portal,
                              std::string_view csrf) const {
  const Explanation explanation = explanation_of(status);
  std::string content =
      templates_.render(words.language, "trouble",
                        {{"explanation", words(explanation.text)}, {"home", portal != nullptr}});
  const Frame frame{words, portal, csrf, "/"};
  http::Response response = framed(frame, words(explanation.title), {}, std::move(content));
  response.status = status;
  return response;
}

http::Response Pages::framed(const Frame& frame, std::string_view title, const Problems& problems,
                             std::string content) const {
  const Language language = frame.words.language;
  std::string progress;
  if (frame.step > 0) {
    progress = frame.words("register.progress", {{"step", std::to_string(frame.step)},
                                                 {"steps", std::to_string(frame.steps)}});
  }
  const Looks::Addresses looks = looks_.of(frame.portal);
  http::Response response;
  response.status = problems.empty() ? 200 : problems.status();
  response.content_type = "text/html; charset=utf-8";
  response.body = templates_.render(
      language, "layout",
      {{"language", code_of(language)},
       {"portal", frame.portal ? in_language(frame.portal->name, language) : std::string()},
       {"known_portal", frame.portal != nullptr},
       {"title", title},
       {"stylesheet", asset_path("portal.css")},
       {"look", optional_text(looks.stylesheet)},
       {"logo", optional_text(looks.logo)},
       {"script", asset_path("portal.js")},
       {"icon", asset_path("icon.svg")},
       {"idle_seconds",
        optional_text(frame.logged_in ? std::to_string(session_idle_.count()) : std::string())},
       {"csrf", optional_text(std::string(frame.csrf))},
       {"path", frame.path},
       {"logged_in", frame.logged_in},
       {"languages", language_choice(language)},
       {"progress", optional_text(std::move(progress))},
       {"problems", problems.summary()},
       {"content", std::move(content)}});
  if (problems.is_refusal()) response.schedule = refusal_schedule_;
  return response;
}

http::Response redirect(std::string location) {
  http::Response response;
  response.status = 303;
  response.add_header("Location", std::move(location));
  return response;
}

}  // namespace portal::web
