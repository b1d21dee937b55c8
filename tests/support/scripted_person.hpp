#pragma once

#include <security/pam_appl.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace portal::test {

/// An application's conversation with a person who has a script: what is asked, and what is
/// answered. Whatever is shown is recorded.
class ScriptedPerson {
 public:
  struct Line {
    std::string prompt;
    std::string answer;
    int style = PAM_PROMPT_ECHO_OFF;
  };

  ScriptedPerson(std::initializer_list<Line> script = {}) : script_(script) {}
  void will_answer(Line line) { script_.push_back(std::move(line)); }

  /// Called at each prompt, before the answer.
  std::function<void()> at_prompt;
  /// What the conversation gives for info and error messages.
  int outcome_of_info = PAM_SUCCESS;

  std::vector<std::string> shown;      ///< info and error messages
  std::vector<std::string> surprises;  ///< prompts that the script does not have
  bool script_is_over() const { return script_.empty() && surprises.empty(); }

  static int converse(int count, const pam_message** messages, pam_response** responses,
                      void* data) {
    auto& person = *static_cast<ScriptedPerson*>(data);
    auto* answers = static_cast<pam_response*>(
        std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
    int outcome = PAM_SUCCESS;
    for (int i = 0; i < count && outcome == PAM_SUCCESS; ++i)
      outcome = person.take(*messages[i], answers[i].resp);
    if (outcome == PAM_SUCCESS) {
      *responses = answers;
    } else {
      std::free(answers);
    }
    return outcome;
  }

 private:
  int take(const pam_message& message, char*& answer) {
    if (message.msg_style == PAM_TEXT_INFO || message.msg_style == PAM_ERROR_MSG) {
      shown.emplace_back(message.msg);
      return outcome_of_info;
    }
    if (at_prompt) at_prompt();
    if (script_.empty() || script_.front().prompt != message.msg ||
        script_.front().style != message.msg_style) {
      surprises.emplace_back(message.msg);
      return PAM_CONV_ERR;
    }
    answer = ::strdup(script_.front().answer.c_str());
    script_.pop_front();
    return PAM_SUCCESS;
  }

  std::deque<Line> script_;
};

}  // namespace portal::test
