"""The way of a person through the pages, step by step as DESIGN's table has it."""

import time

from . import phone
from .browser import Browser


class Unexpected(AssertionError):
    """A step did not hold."""


def expect(condition, said):
    if not condition:
        raise Unexpected(said)


def expect_path(page, path):
    expect(page.path == path and page.status == 200,
           f"wanted {path}, got {page.status} {page.path}: {page.text[:600]}")


class Journey:
    """One person with one browser; `portald` is the private daemon they use."""

    def __init__(self, portald, person, portal=None):
        self.portald, self.person = portald, person
        self.portal = portal or person.portal
        self.browser = Browser(portald.host(self.portal), portald.port,
                               portald.authority.certificate, person.language)
        self.app = None
        self.used_code = None
        self.e164 = "+41" + person.phone.replace(" ", "")[1:]

    # Registration, steps 0 to 6.

    def open_portal(self):
        page = self.browser.go("/")
        expect(page.status == 200, f"the portal answers {page.status}")
        expect(page.language == self.person.language,
               f"the page is in {page.language}, not in {self.person.language}")
        return page

    def choose_audience(self, audience="insured"):
        expect_path(self.browser.go("/register"), "/register")
        page = self.browser.fill(audience=audience)
        expect_path(page, "/register/identity")

    def type_identity(self, ahv_number=None, birth_date=None, code=None, accept="yes"):
        """Step 1; gives the page that follows, whatever it is."""
        return self.browser.fill(ahv=ahv_number or self.person.ahv_number,
                                 born=birth_date or self.person.birth_date,
                                 activation_code=code or self.person.activation_code,
                                 accept_terms=accept)

    def identify(self):
        self.open_portal()
        self.choose_audience()
        expect_path(self.type_identity(), "/register/credentials")

    def choose_credentials(self, email=None, password=None):
        password = password or self.person.password
        page = self.browser.fill(email=email or self.person.email, password=password,
                                 password_again=password)
        expect_path(page, "/register/mail-code")

    def read_mail_code(self, email=None):
        return self.portald.spool.wait_for(email or self.person.email).code(8)

    def confirm_mail(self, code=None):
        code = code or self.read_mail_code()
        page = self.browser.page
        expect_path(self.browser.submit(page.form_to("/register/mail-code"), code=code),
                    "/register/factor")

    def choose_sms(self):
        expect_path(self.browser.fill(factor="sms"), "/register/phone")
        page = self.browser.submit(self.browser.page.form_to("/register/phone"),
                                   phone=self.person.phone)
        expect_path(page, "/register/sms-code")

    def read_sms_code(self):
        return self.portald.spool.wait_for(self.e164).code(6)

    def confirm_sms(self, code=None):
        form = self.browser.page.form_to("/register/sms-code")
        expect_path(self.browser.submit(form, code=code or self.read_sms_code()), "/register/done")

    def choose_app(self):
        page = self.browser.fill(factor="totp")
        expect_path(page, "/register/app")
        self.app = phone.App(phone.scan(page.body))

    def confirm_app(self, code=None):
        form = self.browser.page.form_to("/register/app")
        self.used_code = code or self.app.code()
        expect_path(self.browser.submit(form, code=self.used_code), "/register/done")

    def register_by_sms(self):
        self.identify()
        self.choose_credentials()
        self.confirm_mail()
        self.choose_sms()
        self.confirm_sms()

    def register_by_app(self):
        self.identify()
        self.choose_credentials()
        self.confirm_mail()
        self.choose_app()
        self.confirm_app()

    def next_code(self, patience=35):
        """A code of the app that was not used yet: each works once."""
        end = time.monotonic() + patience
        while self.app.code() == self.used_code:
            if time.monotonic() > end:
                raise AssertionError("the app shows the same code for more than half a minute")
            time.sleep(0.5)
        self.used_code = self.app.code()
        return self.used_code

    # Logging in and out.

    def type_password(self, password=None, user=None):
        """Gives the page that follows, whatever it is."""
        self.browser.go("/login")
        return self.browser.fill(user_name=user or self.person.email,
                                 password=password or self.person.password)

    def type_code(self, code):
        return self.browser.submit(self.browser.page.form_to("/login/code"), code=code)

    def current_code(self):
        return self.app.code() if self.app else self.read_sms_code()

    def log_in(self):
        expect_path(self.type_password(), "/login/code")
        page = self.type_code(self.current_code())
        expect_path(page, "/account")
        expect(self.person.email in page.text, "the account page does not name the person")
        return page

    def log_out(self):
        page = self.browser.submit(self.browser.page.form_to("/logout"))
        expect_path(page, "/")
        expect("__Host-session" not in self.browser.cookies, "the cookie is still there")
