"""A browser without JavaScript: TLS verified, cookies by the rules of `__Host-`, forms by label.

Speaks to 127.0.0.1 whatever the host name says. It refuses what a browser would refuse and what a
person could not do: a control without a label, a form field that is not on the page.
"""

import html.parser
import http.client
import socket
import ssl
import urllib.parse


class Control:
    """One form control."""

    def __init__(self, attributes):
        self.attributes = attributes
        self.name = attributes.get("name", "")
        self.kind = attributes.get("type", "text")
        self.value = attributes.get("value", "")
        self.checked = "checked" in attributes


class Form:
    def __init__(self, attributes):
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").lower()
        self.controls = []

    def names(self):
        return [control.name for control in self.controls]


class Page(html.parser.HTMLParser):
    """A parsed answer."""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
            "track", "wbr"}

    def __init__(self, status, url, headers, body):
        super().__init__(convert_charrefs=True)
        self.status, self.url, self.headers, self.body = status, url, headers, body
        self.path = urllib.parse.urlsplit(url).path
        self.forms, self.links, self.ids, self.headings = [], [], set(), []
        self.language, self.title = "", ""
        self._form, self._open, self._text, self._select = None, [], [], None
        self._in_title = self._in_heading = False
        if headers.get("content-type", "").startswith("text/html"):
            self.feed(body)
        self.text = " ".join(" ".join(self._text).split())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            if attributes["id"] in self.ids:
                raise AssertionError(f"{self.url}: two elements have the id {attributes['id']}")
            self.ids.add(attributes["id"])
        if tag == "html":
            self.language = attributes.get("lang", "")
        elif tag == "form":
            self._form = Form(attributes)
            self.forms.append(self._form)
        elif tag in ("input", "textarea", "button", "select") and self._form is not None:
            if tag == "button":
                attributes.setdefault("type", "submit")
            control = Control(attributes)
            if tag == "select":
                self._select = control
            self._form.controls.append(control)
        elif tag == "option" and self._select is not None:
            if "selected" in attributes or not self._select.value:
                self._select.value = attributes.get("value", "")
        elif tag == "a":
            self.links.append(attributes.get("href", ""))
        elif tag == "title":
            self._in_title = True
        elif tag == "h1":
            self._in_heading = True
            self.headings.append("")
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "title":
            self._in_title = False
        elif tag == "h1":
            self._in_heading = False
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass

    def handle_data(self, data):
        if self._in_title:
            self.title += data
        if self._in_heading:
            self.headings[-1] += data
        if not {"style", "script"} & set(self._open):
            self._text.append(data)

    def form_with(self, *names):
        """The only form that has all these fields."""
        found = [form for form in self.forms if set(names) <= set(form.names())]
        if len(found) != 1:
            raise AssertionError(f"{self.url} ({self.status}): {len(found)} forms have the fields "
                                 f"{names}; the forms are {[form.names() for form in self.forms]}")
        return found[0]

    def form_to(self, action):
        found = [form for form in self.forms if form.action == action]
        if not found:
            raise AssertionError(f"{self.url} ({self.status}): no form goes to {action}; they go to "
                                 f"{[form.action for form in self.forms]}")
        return found[0]


class Browser:
    """One person's browser with its cookies."""

    def __init__(self, host, port, authority, language="fr"):
        self.host, self.port, self.language = host, port, language
        self.authority = host if port == 443 else f"{host}:{port}"
        self.cookies = {}
        self.page = None
        self._context = ssl.create_default_context(cafile=str(authority))

    def request(self, method, path, body=None, headers=()):
        """One request, no redirect followed."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20)
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        try:
            connection.sock = self._context.wrap_socket(raw, server_hostname=self.host)
            sent = {"Host": self.authority, "Accept-Language": self.language}
            if self.cookies:
                sent["Cookie"] = "; ".join(f"{name}={value}"
                                           for name, value in self.cookies.items())
            if body is not None:
                sent["Content-Type"] = "application/x-www-form-urlencoded"
                sent["Origin"] = f"https://{self.authority}"
            sent.update(headers)
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            content = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._keep_cookie(value)
        lower = {name.lower(): value for name, value in answer.getheaders()}
        return Page(answer.status, f"https://{self.authority}{path}", lower, content)

    def go(self, path):
        """Opens a page and follows redirects."""
        self.page = self.request("GET", path)
        return self._follow()

    def submit(self, form, **fields):
        """Sends a form of the page that is shown, with these fields filled in."""
        values = {}
        for control in form.controls:
            if not control.name or control.kind in ("submit", "button"):
                continue
            if control.kind in ("checkbox", "radio") and not control.checked:
                continue
            values[control.name] = control.value
        for name, value in fields.items():
            if name not in form.names():
                raise AssertionError(f"{self.page.url}: the form has no field {name}, only "
                                     f"{form.names()}")
            values[name] = value
        if form.method != "post":
            return self.go(f"{form.action}?{urllib.parse.urlencode(values)}")
        action = form.action or self.page.path
        self.page = self.request("POST", action, urllib.parse.urlencode(values))
        return self._follow()

    def fill(self, **fields):
        """Fills in and sends the only form that has these fields."""
        return self.submit(self.page.form_with(*fields), **fields)

    def _follow(self):
        for _ in range(8):
            if self.page.status not in (301, 302, 303, 307, 308):
                return self.page
            target = urllib.parse.urlsplit(self.page.headers["location"])
            if target.netloc and target.netloc != self.authority:
                raise AssertionError(f"sent away to {target.netloc}")
            path = target.path + (f"?{target.query}" if target.query else "")
            self.page = self.request("GET", path)
        raise AssertionError(f"{self.page.url}: redirected for ever")

    def _keep_cookie(self, header):
        first, *rest = [part.strip() for part in header.split(";")]
        name, _, value = first.partition("=")
        flags = {part.partition("=")[0].lower(): part.partition("=")[2] for part in rest}
        if name.startswith("__Host-") and ("secure" not in flags or flags.get("path") != "/"
                                           or "domain" in flags):
            raise AssertionError(f"a browser drops this cookie: {header}")
        if "httponly" not in flags or "samesite" not in flags:
            raise AssertionError(f"a cookie without HttpOnly or SameSite: {name}")
        if value == "" or flags.get("max-age") == "0":
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value
