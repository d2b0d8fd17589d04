"""An HTTP server on this machine whose files can break off, change, or be refused."""

import contextlib
import dataclasses
import http.server
import re
import threading


@dataclasses.dataclass
class ServedFile:
    """One file of the server, with how the server treats it.

    `cuts` are the byte positions at which successive answers break off; when they are used up, the
    answers are whole. `statuses` are successive answers' HTTP errors, likewise.
    """

    content: bytes
    etag: str = '"v1"'
    last_modified: str = ""
    ranges: bool = True
    if_range: bool = True
    length: bool = True
    content_type: str = "application/octet-stream"
    cuts: list[int] = dataclasses.field(default_factory=list)
    statuses: list[int] = dataclasses.field(default_factory=list)


class FileServer:
    """Serves `files` (path -> ServedFile) and notes every request in `log`.

    An entry of the log is (path, Range header or "", status answered, bytes sent).
    """

    def __init__(self):
        self.files = {}
        self.log = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self)

            def log_message(self, *_):
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def url(self, path):
        return f"http://127.0.0.1:{self._http.server_port}/{path}"

    def answer(self, request):
        path = request.path.lstrip("/")
        file = self.files.get(path)
        asked = request.headers.get("Range", "")
        status = file.statuses.pop(0) if file and file.statuses else 200 if file else 404
        if status >= 400:
            self.log.append((path, asked, status, 0))
            request.send_error(status)
            return
        start, end = 0, len(file.content)
        version = file.etag or file.last_modified
        current = not file.if_range or request.headers.get("If-Range", version) == version
        if asked and file.ranges and current:
            start, status = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]), 206
            if start >= end:
                self.log.append((path, asked, 416, 0))
                request.send_response(416)
                request.send_header("Content-Range", f"bytes */{end}")
                request.send_header("Content-Length", "0")
                request.end_headers()
                return
        request.send_response(status)
        request.send_header("Content-Type", file.content_type)
        if status == 206:
            request.send_header("Content-Range", f"bytes {start}-{end - 1}/{end}")
        if file.length:
            request.send_header("Content-Length", str(end - start))
        for name, value in (("ETag", file.etag), ("Last-Modified", file.last_modified)):
            if value:
                request.send_header(name, value)
        request.end_headers()
        body = file.content[start : file.cuts.pop(0) if file.cuts else end]
        self.log.append((path, asked, status, len(body)))
        with contextlib.suppress(OSError):  # whoever asked may be gone
            request.wfile.write(body)
        request.close_connection = True

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
