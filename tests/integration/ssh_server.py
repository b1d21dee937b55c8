"""A real sshd on loopback, and the real ssh client."""

import os
import socket
import subprocess
import time
from pathlib import Path

from demo_parts.slapd import die_with_parent
from integration.terminal import Terminal

SSHD = "/usr/sbin/sshd"
SHIPPED = Path(os.environ["PORTAL_SOURCE"]) / "config/sshd"

CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {key}
PidFile none
PrintMotd no
AcceptEnv LANG
{more}
Include {shipped}
"""

CLIENT = ("-F", "/dev/null", "-o", "StrictHostKeyChecking=yes", "-o", "NumberOfPasswordPrompts=1",
          "-o", "IdentitiesOnly=yes", "-o", "SendEnv=LANG")

# What the ssh client starts for each question: it notes the prompt and waits for the answer.
ASKPASS = """\
#!/bin/sh
printf '%s\\n' "$1" >> {folder}/prompts
cat {folder}/answers
"""


def make_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


class Sshd:
    """`service`: what sshd calls itself, and with it its PAM service. `shipped`: a configuration of
    config/sshd. One whole server; use as a context manager or with `stop`."""

    def __init__(self, folder, service, shipped, port, more=""):
        self.folder, self.port = Path(folder), port
        self.folder.mkdir()
        Path("/run/sshd").mkdir(exist_ok=True)
        self.program = self.folder / service  # sshd's name is that of its first argument
        self.program.symlink_to(SSHD)
        self.log = self.folder / "log"
        self.configuration = self.folder / "sshd_config"
        key = make_key(self.folder / "host_key")
        self.configuration.write_text(CONFIGURATION.format(
            port=port, key=key, more=more, shipped=SHIPPED / shipped), encoding="utf-8")
        self.known_hosts = self.folder / "known_hosts"
        self.known_hosts.write_text(f"[127.0.0.1]:{port} {key.with_suffix('.pub').read_text()}",
                                    encoding="utf-8")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [self.program, "-D", "-e", "-f", self.configuration],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent)
        self._wait_until_ready()

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def command(self, user, *words, options=()):
        return ["ssh", *options, *CLIENT, "-o", f"UserKnownHostsFile={self.known_hosts}",
                "-p", self.port, f"{user}@127.0.0.1", *words]

    def connect(self, user, *words, options=(), language="fr_CH.UTF-8"):
        """The client on a terminal."""
        return Terminal(self.command(user, *words, options=options), {"LANG": language})

    def connect_by_askpass(self, user, *words):
        """The client without a terminal; gives it and its questions."""
        questions = Questions(self.folder / f"askpass-{user}")
        client = subprocess.Popen(
            [str(word) for word in self.command(user, *words)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LANG": "de_CH.UTF-8", "LC_ALL": "C.UTF-8",
                 "SSH_ASKPASS_REQUIRE": "force", "SSH_ASKPASS": str(questions.program)})
        return client, questions

    def _wait_until_ready(self):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"sshd does not listen:\n{self.log.read_text(encoding='utf-8')}")


class Questions:
    """What SSH_ASKPASS was asked, and the answers it waits for."""

    def __init__(self, folder):
        folder.mkdir()
        self.program, self.pipe, self.prompts = (folder / "ask", folder / "answers",
                                                 folder / "prompts")
        os.mkfifo(self.pipe)
        self.prompts.touch()
        self.program.write_text(ASKPASS.format(folder=folder), encoding="utf-8")
        self.program.chmod(0o755)

    def answer(self, text, patience=10):
        """Waits for the next question, and answers it."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                pipe = os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody asks yet
                time.sleep(0.02)
                continue
            with os.fdopen(pipe, "w", encoding="utf-8") as answers:
                answers.write(text + "\n")
            return
        raise AssertionError(f"nothing was asked; before: {self.asked()}")

    def asked(self):
        return self.prompts.read_text(encoding="utf-8").splitlines()
