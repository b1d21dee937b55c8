"""A real browser: Chromium, driven by playwright-core in driver.mjs, judged by axe-core."""

import json
import os
import subprocess
from pathlib import Path

from demo_parts.slapd import die_with_parent

SOURCE = Path(os.environ["PORTAL_SOURCE"])
MODULES = SOURCE / "build/browser/node_modules"
SCREENS = SOURCE / "build/browser/screens"
PHONE = {"width": 320, "height": 640}  # also a desktop of 640 px at a zoom of 200 %


class BrowserError(AssertionError):
    """The browser could not do what was asked of it."""


class Chromium:
    """One browser process; `window` opens pages in it."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["node", SOURCE / "tests/browser/driver.mjs"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent,
            env={**os.environ, "PORTAL_NODE_MODULES": str(MODULES)})
        self.opened = 0

    def ask(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise BrowserError("the browser has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(f"{command}: {answer['error']}")
        return answer["value"]

    def window(self, url, language, profile=None, **options):
        """A page of a fresh profile, or of one with a name, at the portal's `url`."""
        self.opened += 1
        return Window(self, f"page{self.opened}", profile or f"profile{self.opened}", url,
                      {"locale": language, "viewport": PHONE, **options})

    def noise(self):
        """What pages complained of since the last question, and requests to other hosts."""
        return self.ask(act="noise")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Window:
    def __init__(self, chromium, name, profile, url, options):
        self.chromium, self.name, self.profile, self.url = chromium, name, profile, url.rstrip("/")
        chromium.ask(act="open", name=name, context=profile, options=options,
                     host=url.split("//")[1].split(":")[0])

    def act(self, act, **command):
        return self.chromium.ask(act=act, page=self.name, **command)

    def go(self, path):
        self.act("goto", url=self.url + path)
        return self.seen()

    def seen(self):
        """What a person and their tools see: path, title, language, heading, text, focus, status."""
        return self.act("state")

    def fill(self, **fields):
        for field, value in fields.items():
            self.act("fill", field=field, value=value)
        return self

    def choose(self, field, value):
        self.act("check", field=field, value=value)
        return self

    def submit(self, action):
        self.act("submit", action=action)
        self.act("settle")
        return self.seen()

    def tab_to(self, field):
        """Reaches a control with the Tab key alone."""
        for _ in range(40):
            self.act("press", key="Tab")
            if self.seen()["focused"] == field:
                return self
        raise BrowserError(f"no Tab leads to {field}")

    def tab_to_button(self):
        for _ in range(40):
            self.act("press", key="Tab")
            if self.seen()["focusedTag"] == "button":
                return self
        raise BrowserError("no Tab leads to a button")

    def type(self, text):
        self.act("type", text=text)
        return self

    def enter(self):
        """Sends the form that the focus is in."""
        self.act("enter")
        self.act("settle")
        return self.seen()

    def cookies(self):
        return self.chromium.ask(act="cookies", context=self.profile)

    def take_cookies(self, cookies):
        self.chromium.ask(act="set_cookies", context=self.profile, cookies=cookies)
        return self

    def screenshot(self, name):
        SCREENS.mkdir(parents=True, exist_ok=True)
        path = SCREENS / f"{name}.png"
        self.act("screenshot", path=str(path))
        return path
