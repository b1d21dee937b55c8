"""The person's phone: its camera reads a QR code, its authenticator app makes codes."""

import re
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


def scan(page_html):
    """The text of the only QR code on a page, read from its picture by zbar."""
    drawings = [drawing for drawing in SVG.findall(page_html) if "<path" in drawing]
    if not drawings:
        raise AssertionError("there is no drawing on the page")
    texts = []
    with tempfile.TemporaryDirectory() as folder:
        for drawing in drawings:
            if "xmlns" not in drawing:
                drawing = drawing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
            picture = Path(folder) / "qr.svg"
            picture.write_text(drawing, encoding="utf-8")
            image = Path(folder) / "qr.png"
            subprocess.run(["rsvg-convert", "-w", "600", "-b", "white", "-o", str(image),
                            str(picture)], check=True)
            read = subprocess.run(["zbarimg", "--nodbus", "--raw", "-q", str(image)], stdout=subprocess.PIPE,
                                  text=True, check=False)
            if read.returncode == 0:
                texts.append(read.stdout.strip())
    if len(texts) != 1:
        raise AssertionError(f"wanted one QR code on the page, the camera saw {len(texts)}")
    return texts[0]


def scan_terminal(screen, scale=6):
    """The same of a QR code that a terminal shows in half blocks, light on dark."""
    shown = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    lines = [line for line in screen.splitlines() if "█" in line and set(line) <= set(shown)]
    rows = []
    for line in lines:
        for half in (0, 1):
            dots = b"".join(bytes([255 * shown[block][half]]) * scale for block in line)
            rows += [dots] * scale
    if not rows:
        raise AssertionError("there is no drawing on the screen")
    with tempfile.NamedTemporaryFile(suffix=".pgm") as image:
        image.write(b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(rows))
        image.flush()
        return subprocess.run(["zbarimg", "--nodbus", "--raw", "-q", image.name],
                              stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


class App:
    """An authenticator app that holds one account."""

    def __init__(self, uri):
        parts = urllib.parse.urlsplit(uri)
        if parts.scheme != "otpauth" or parts.netloc != "totp":
            raise AssertionError(f"not the key of an authenticator app: {parts.scheme}")
        self.label = urllib.parse.unquote(parts.path.lstrip("/"))
        self.secret = urllib.parse.parse_qs(parts.query)["secret"][0]

    def code(self, now=None):
        """The code that the app shows, at a time like "2026-01-31 12:00:00 UTC" or now."""
        command = ["oathtool", "--totp", "--base32"]
        if now:
            command.append(f"--now={now}")
        made = subprocess.run([*command, "-"], input=self.secret, stdout=subprocess.PIPE, text=True,
                              check=True)
        return made.stdout.strip()
