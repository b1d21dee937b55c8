"""The demo's way out of the house through real servers: SMS by Kannel, mails by OpenSMTPD."""

from .kannel import PASSWORD, USER, PrivateKannel
from .opensmtpd import PrivateOpenSmtpd

MAIL_PORT, REPORT_PORT = 2525, 13080

CONFIGURATION = f"""
[[mail.relay]]
name = "opensmtpd"
host = "127.0.0.1"
port = {MAIL_PORT}
security = "none"

[sms]
report_port = {REPORT_PORT}

[[sms.gateway]]
name = "kannel"
preset = "kannel"
user = "{USER}"
secret_file = "kannel.password"
sender = "Portal"
"""


class Gateways:
    """Both servers, and what they have brought to the people, as a Spool gives it. Needs a network
    of its own, since Kannel listens to all the world."""

    def __init__(self, folder):
        self.kannel = PrivateKannel(folder / "kannel")
        self.opensmtpd = PrivateOpenSmtpd(folder / "opensmtpd", MAIL_PORT, takes="any")

    @staticmethod
    def leave_password(portald_folder):
        """Writes Kannel's password where the configuration says it is."""
        portald_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = portald_folder / "kannel.password"
        secret.touch(mode=0o600)
        secret.write_text(PASSWORD + "\n", encoding="utf-8")

    def __enter__(self):
        try:
            self.opensmtpd.start()
            self.kannel.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.kannel.stop()
        self.opensmtpd.stop()

    def skip_all(self):
        self.kannel.skip_all()
        self.opensmtpd.skip_all()

    def new(self):
        return self.opensmtpd.new() + self.kannel.new()

    def wait_for(self, to, patience=15):
        """The next one to this recipient."""
        bringer = self.opensmtpd if "@" in to else self.kannel
        return bringer.wait_for(to, patience)
