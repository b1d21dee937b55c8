"""An application of the fund's own, as small as can be: it answers with who came."""

import http.server
import json
import threading


class SampleApplication:
    """Listens on loopback; `asked` counts the requests that reached it."""

    def __init__(self, port):
        self.asked = 0
        application = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802: the library's name
                application.asked += 1
                answer = json.dumps({
                    "path": self.path,
                    "cookies": self.headers.get("Cookie", ""),
                    "headers": {name.lower(): self.headers.get_all(name) for name in self.headers
                                if name.lower().replace("_", "-").startswith("x-portal")},
                }).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
