"""A bucket of S3 as small as can be: puts where nothing is, gets and lists. `down` makes it answer 503."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

__all__ = ["SmallBucket"]


class SmallBucket:
    """A bucket called `certificates` on a port of this machine. It does not look at signatures."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.down = False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.server_address[1]}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "here",
        }
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def listed(self, prefix: str) -> bytes:
        """What `ListObjectsV2` answers."""
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-11-21T02:00:00.000Z</LastModified><ETag>e</ETag>"
            f"<Size>{len(content)}</Size></Contents>"
            for key, content in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                key = unquote(address.path).removeprefix("/certificates").removeprefix("/")
                if not key:
                    self.answer(200, bucket.listed(parse_qs(address.query)["prefix"][0]))
                else:
                    self.answer(200 if key in bucket.objects else 404, bucket.objects.get(key, b""))

            def do_PUT(self) -> None:
                key = unquote(urlsplit(self.path).path).removeprefix("/certificates/")
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("If-None-Match") == "*" and key in bucket.objects:
                    self.answer(412)
                else:
                    bucket.objects[key] = content
                    self.answer(200)

            def answer(self, status: int, body: bytes = b"") -> None:
                self.send_response(503 if bucket.down else status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", '"e"')
                self.send_header("Last-Modified", "Sat, 21 Nov 2026 02:00:00 GMT")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
