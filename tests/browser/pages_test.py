"""The pages in a real browser: every one in each language, on a phone, with a keyboard, without script.

Screenshots are left in build/browser/screens for a person to look at.
"""

import dataclasses
import subprocess
import unittest

from browser.real_browser import Chromium
from demo_parts import people, phone
from demo_parts.people import with_check_digit
from integration.household import Household

LANGUAGES = ("fr", "de", "it", "en")


def invited(number, portal, language):
    return dataclasses.replace(
        people.ANNA, ahv_number=with_check_digit(f"7560005{number:05}"), portal=portal,
        language=language, activation_code=f"K7QF-9XTM-{number:04}-A",
        email=f"eva.{language}.{number}@example.ch", phone=f"079 000 01 {number:02}")


BY_SMS = {language: invited(number, "flex", language) for number, language in enumerate(LANGUAGES)}
BY_APP = {language: invited(10 + number, "1e", language) for number, language in enumerate(LANGUAGES)}
FORGETFUL = {language: invited(30 + number, "flex", language)
             for number, language in enumerate(LANGUAGES)}
OTHERS = [invited(20 + number, "flex", "en") for number in range(5)]


class Pages(Household):
    people_invited = (*BY_SMS.values(), *BY_APP.values(), *FORGETFUL.values(), *OTHERS)
    append = '\n[sms]\npause = "1s"\nper_address_and_hour = 1000\n'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chromium = Chromium()
        cls.addClassCleanup(cls.chromium.close)

    def tearDown(self):
        self.assertEqual(self.chromium.noise(), [])

    def window(self, person, **options):
        return self.chromium.window(self.portald.url(person.portal), person.language, **options)

    def judge(self, window, name, person, path=None, status=200):
        """W6: axe finds nothing, 320 px are wide enough, the language is right; and a screenshot."""
        seen = window.seen()
        if path:
            self.assertEqual((seen["status"], seen["path"]), (status, path), seen["text"])
        self.assertEqual(seen["language"], person.language)
        self.assertLessEqual(seen["overflow"], 0, f"{name} is wider than a phone")
        self.assertEqual(window.act("axe"), [], name)
        window.screenshot(f"{person.language}-{name}")
        return seen

    def identify(self, window, person, judged=True):
        """Steps 0 and 1."""
        judge = self.judge if judged else lambda *_: None
        window.go("/")
        judge(window, "0-start", person, "/")
        window.go("/register")
        judge(window, "1-audience", person, "/register")
        window.choose("audience", "insured").submit("/register")
        judge(window, "2-identity", person, "/register/identity")
        window.fill(ahv=person.ahv_number, born=person.birth_date,
                    activation_code=person.activation_code).choose("accept_terms", "yes")
        window.submit("/register/identity")

    def up_to_the_factor(self, window, person, judged=True):
        """Steps 0 to 3, each with its page."""
        judge = self.judge if judged else lambda *_: None
        self.identify(window, person, judged)
        judge(window, "3-credentials", person, "/register/credentials")
        window.fill(email=person.email, password=person.password, password_again=person.password)
        window.submit("/register/credentials")
        judge(window, "4-mail-code", person, "/register/mail-code")
        code = self.portald.spool.wait_for(person.email).code(8)
        window.fill(code=code).submit("/register/mail-code")
        judge(window, "5-factor", person, "/register/factor")

    def sms_code(self, person):
        return self.portald.spool.wait_for("+41" + person.phone.replace(" ", "")[1:]).code(6)

    def mail_code(self, person):
        """The notice of the registration may come before it."""
        while True:
            code = self.portald.spool.wait_for(person.email).code_or_none(8)
            if code:
                return code

    def register_by_sms(self, window, person, judged=True):
        judge = self.judge if judged else lambda *_: None
        self.up_to_the_factor(window, person, judged)
        window.choose("factor", "sms").submit("/register/factor")
        judge(window, "6-phone", person, "/register/phone")
        window.fill(phone=person.phone).submit("/register/phone")
        judge(window, "7-sms-code", person, "/register/sms-code")
        window.fill(code=self.sms_code(person)).submit("/register/sms-code")
        judge(window, "8-done", person, "/register/done")

    def log_in_by_sms(self, window, person, judged=True):
        judge = self.judge if judged else lambda *_: None
        window.go("/login")
        judge(window, "10-log-in", person, "/login")
        window.fill(user_name=person.email, password=person.password).submit("/login")
        judge(window, "11-code", person, "/login/code")
        window.fill(code=self.sms_code(person)).submit("/login/code")
        return window.seen()

    def change_own_account(self, window, person):
        """A3, P4: a new app, not finished; then the password, which leaves this session alone."""
        window.go("/account")
        window.submit("/account/change/begin")
        self.judge(window, "19-change", person, "/account/change")
        window.fill(current=person.password, code=self.sms_code(person)).submit("/account/change")
        self.judge(window, "20-change-factor", person, "/account/change/factor")
        window.choose("factor", "totp").submit("/account/change/factor")
        self.judge(window, "21-change-app", person, "/account/change/app")
        window.go("/account")
        window.submit("/account/password/begin")
        self.judge(window, "22-password", person, "/account/password")
        window.fill(current=person.password, code=self.sms_code(person),
                    password="Neu?Wort8und9Baum", password_again="Neu?Wort8und9Baum")
        window.submit("/account/password")
        self.judge(window, "23-password-changed", person, "/account")

    def test_a_person_registers_by_sms_and_uses_the_account_in_each_language(self):
        """W6, W1, W2: every page of the way on a phone, in fr, de, it and en."""
        for language, person in BY_SMS.items():
            with self.subTest(language=language):
                window = self.window(person)
                self.register_by_sms(window, person)
                self.log_in_by_sms(window, person)
                self.judge(window, "12-account", person, "/account")
                window.go("/account/sessions")
                self.judge(window, "13-sessions", person, "/account/sessions")
                window.go("/account")
                window.submit("/account/recovery-codes/begin")
                self.judge(window, "14-recovery", person, "/account/recovery-codes")
                window.fill(code=self.sms_code(person)).submit("/account/recovery-codes")
                self.judge(window, "15-recovery-codes", person)
                self.change_own_account(window, person)
                window.go("/terms")
                self.judge(window, "16-terms", person, "/terms")
                window.submit("/logout")
                self.judge(window, "17-logged-out", person, "/")
                window.go("/nowhere")
                self.judge(window, "18-not-found", person, "/nowhere", 404)

    def test_a_camera_reads_the_qr_code_from_the_screen(self):
        """T8, W6: zbar from a screenshot of the page, at a usual size of screen."""
        for language, person in BY_APP.items():
            with self.subTest(language=language):
                window = self.window(person, viewport={"width": 1024, "height": 768})
                self.up_to_the_factor(window, person, judged=False)
                window.choose("factor", "totp").submit("/register/factor")
                self.judge(window, "6-app", person, "/register/app")
                picture = window.screenshot(f"{language}-6-app-wide")
                read = subprocess.run(["zbarimg", "--nodbus", "--raw", "-q", picture],
                                      stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
                app = phone.App(read)
                window.fill(code=app.code()).submit("/register/app")
                self.judge(window, "8-done-app", person, "/register/done")

    def test_a_forgotten_password_is_replaced_in_each_language(self):
        """P4, W6: by the mail's code and the second factor; then the new one counts."""
        for language, person in FORGETFUL.items():
            with self.subTest(language=language):
                window = self.window(person)
                self.register_by_sms(window, person, judged=False)
                self.portald.spool.skip_all()
                window.go("/reset")
                self.judge(window, "30-reset", person, "/reset")
                window.fill(email=person.email).submit("/reset")
                self.judge(window, "31-reset-code", person, "/reset/code")
                window.fill(code=self.mail_code(person)).submit("/reset/code")
                self.judge(window, "32-reset-factor", person, "/reset/factor")
                window.fill(code=self.sms_code(person)).submit("/reset/factor")
                self.judge(window, "33-reset-password", person, "/reset/password")
                fresh = dataclasses.replace(person, password="Neu?Wort8und9Baum")
                window.fill(password=fresh.password, password_again=fresh.password)
                window.submit("/reset/password")
                self.judge(window, "34-reset-done", person, "/reset/done")
                self.assertEqual(self.log_in_by_sms(window, fresh, judged=False)["path"],
                                 "/account")

    def test_every_refusal_is_told_beside_its_field(self):
        """W6: what was typed stays, but no password and no code; axe finds nothing there either."""
        person = OTHERS[0]
        window = self.window(person)
        window.go("/register")
        window.submit("/register")
        self.judge(window, "20-no-audience", person, "/register", 422)
        window.choose("audience", "insured").submit("/register")
        window.fill(ahv="756.1234", born="31.02.1961", activation_code="x")
        window.submit("/register/identity")
        seen = self.judge(window, "21-wrong-identity", person, "/register/identity", 422)
        self.assertTrue(seen["title"].startswith("Error: "), seen["title"])
        window.fill(ahv=person.ahv_number, born=person.birth_date, activation_code="AAAA-BBBB-CCCC")
        window.choose("accept_terms", "yes").submit("/register/identity")
        self.judge(window, "22-wrong-data", person, "/register/identity", 422)
        window.fill(activation_code=person.activation_code).choose("accept_terms", "yes")
        window.submit("/register/identity")
        window.fill(email="nobody", password="short", password_again="other")
        window.submit("/register/credentials")
        self.judge(window, "23-weak-password", person, "/register/credentials", 422)
        window.fill(email=person.email, password=person.password, password_again=person.password)
        window.submit("/register/credentials")
        window.fill(code="00000000").submit("/register/mail-code")
        self.judge(window, "24-wrong-code", person, "/register/mail-code", 422)
        window.go("/login")
        window.fill(user_name=person.email, password="Falsch?Wort8und9").submit("/login")
        seen = self.judge(window, "25-wrong-password", person, "/login", 422)
        self.assertNotIn("Falsch", seen["text"])

    def test_a_keyboard_is_enough(self):
        """W6: register's first steps and the log-in with Tab, space and Enter alone."""
        person = OTHERS[1]
        window = self.window(person)
        window.go("/register")
        window.tab_to("audience").act("press", key="Space")
        seen = window.enter()
        self.assertEqual(seen["path"], "/register/identity")
        window.tab_to("ahv").type(person.ahv_number)
        window.tab_to("born").type(person.birth_date)
        window.tab_to("activation_code").type(person.activation_code)
        window.tab_to("accept_terms").act("press", key="Space")
        self.assertEqual(window.tab_to_button().enter()["path"], "/register/credentials")

    def test_with_script_it_is_nicer(self):
        """W6, W3: formats as one types, the password's rules, the pause, and a warning in time."""
        person = OTHERS[4]
        window = self.window(person)
        window.act("install_clock")
        window.go("/register")
        window.choose("audience", "insured").submit("/register")
        window.tab_to("ahv").type(person.ahv_number.replace(".", ""))
        self.assertEqual(window.act("value", field="ahv"), person.ahv_number)
        window.tab_to("born").type(person.birth_date.replace(".", ""))
        self.assertEqual(window.act("value", field="born"), person.birth_date)
        window.fill(activation_code=person.activation_code).choose("accept_terms", "yes")
        window.submit("/register/identity")
        window.tab_to("password").type("Regen7")
        self.assertEqual(self.met(window), {"digit", "lower", "upper"})
        window.type("?Bogen")
        self.assertEqual(self.met(window), {"length", "digit", "lower", "upper", "special"})
        self.assertEqual(window.act("axe"), [])
        window.fill(email=person.email, password=person.password, password_again=person.password)
        window.submit("/register/credentials")
        self.assertTrue(window.act("is_shown", selector="[data-countdown]"))
        self.assertTrue(window.act("is_shown", selector="button:disabled"))
        window.act("pass_time", seconds=40)
        self.assertFalse(window.act("is_shown", selector="[data-countdown]"))
        self.assertFalse(window.act("is_shown", selector="button:disabled"))
        code = self.portald.spool.wait_for(person.email).code(8)
        window.fill(code=code).submit("/register/mail-code")
        window.choose("factor", "sms").submit("/register/factor")
        window.fill(phone=person.phone).submit("/register/phone")
        window.fill(code=self.sms_code(person)).submit("/register/sms-code")
        self.log_in_by_sms(window, person, judged=False)
        window.act("pass_time", seconds=12 * 60)
        self.assertFalse(window.act("is_shown", selector="[role=alertdialog]"))
        window.act("pass_time", seconds=70)
        self.assertTrue(window.act("is_shown", selector="[role=alertdialog]"))
        self.judge(window, "19-idle", person, "/account")

    def met(self, window):
        return {rule for rule in ("length", "digit", "lower", "upper", "special")
                if window.act("is_shown", selector=f"[data-rule={rule}].met")}

    def test_without_script_nothing_is_missing(self):
        """W6: registration and log-in with JavaScript switched off."""
        person = OTHERS[2]
        window = self.window(person, javaScriptEnabled=False)
        self.register_by_sms(window, person, judged=False)
        self.assertEqual(self.log_in_by_sms(window, person, judged=False)["path"], "/account")

    def test_back_reload_a_second_tab_and_a_stolen_cookie(self):
        """R8, W2: nothing shows on "back", and what was copied before is dead after the log-out."""
        person = OTHERS[3]
        window = self.window(person, profile="owner")
        self.register_by_sms(window, person, judged=False)
        window.act("reload")
        self.assertEqual(window.seen()["path"], "/register/done")
        window.act("back")
        self.assertEqual(window.seen()["path"], "/register/done")
        self.assertEqual(self.log_in_by_sms(window, person, judged=False)["path"], "/account")
        second = self.chromium.window(self.portald.url("flex"), "en", profile="owner")
        self.assertIn(person.email, second.go("/account")["text"])
        cookies = window.cookies()
        self.assertTrue(all(each["httpOnly"] and each["secure"] for each in cookies))
        window.submit("/logout")
        window.act("back")
        self.assertNotIn(person.email, window.seen()["text"])
        second.act("reload")
        self.assertEqual(second.seen()["path"], "/login")
        thief = self.window(person).take_cookies(cookies)
        self.assertEqual(thief.go("/account")["path"], "/login")


if __name__ == "__main__":
    unittest.main()
