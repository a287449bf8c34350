"""A headless Chromium over its debugging protocol, with the standard library alone."""

import base64
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def program():
    """The browser, if there is one."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One tab. `events` holds what happened since it was last cleared."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        flags = ["--headless=new", "--remote-debugging-port=0", "--no-first-run", "--disable-gpu",
                 "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
                 f"--user-data-dir={self.folder.name}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        self.process = subprocess.Popen([program(), *flags, "about:blank"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"ws://([^/]+)(/\S+)", line):
                break
        else:
            raise SystemExit("the browser ended before it listened")
        host, port = found[1].split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {found[2]} HTTP/1.1\r\nHost: {found[1]}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(4096)
        self.buffer = self.buffer.split(b"\r\n\r\n", 1)[1]
        self.count, self.session, self.events = 0, None, []
        target = next(t for t in self("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def _take(self, count):
        while len(self.buffer) < count:
            more = self.socket.recv(1 << 16)
            if not more:
                raise SystemExit("the browser hung up")
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _receive(self):
        text = b""
        while True:
            first, length = self._take(2)
            if length == 126:
                (length,) = struct.unpack(">H", self._take(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self._take(8))
            text += self._take(length)
            if first & 0x80:
                return json.loads(text)

    def __call__(self, method, **parameters):
        """Calls a method of the protocol."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        body, mask = json.dumps(message).encode(), os.urandom(4)
        size = len(body)
        head = (struct.pack(">BB", 0x81, 0x80 | size) if size < 126 else
                struct.pack(">BBH", 0x81, 0xFE, size) if size < 1 << 16 else
                struct.pack(">BBQ", 0x81, 0xFF, size))
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(body)))
        number = self.count
        while True:
            answer = self._receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        """Waits for an event."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._receive())

    def open(self, url):
        """Loads a page anew."""
        for address in ("about:blank", url):
            self.events.clear()
            self("Page.navigate", url=address)
            self.wait("Page.loadEventFired")

    def js(self, expression):
        """What an expression of the page is."""
        answer = self("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key):
        """Presses a key."""
        for kind in ("keyDown", "keyUp"):
            self("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def size(self, width, height=900):
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, scheme):
        self("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path, whole=True):
        clip = {}
        if whole:
            box = self("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"clip": {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], 16000), "scale": 1},
                    "captureBeyondViewport": True}
        data = self("Page.captureScreenshot", format="png", **clip)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self):
        """Errors of scripts and of the console, and requests for anything but the page itself."""
        found = []
        for event in self.events:
            method, what = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(f"exception: {what['exceptionDetails']}")
            if method == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
                found.append(f"console: {what['entry']['text']}")
            if method == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning"):
                found.append(f"console: {what['args']}")
            if method == "Network.requestWillBeSent" and what["type"] != "Document":
                found.append(f"request: {what['request']['url'][:200]}")
        return found
