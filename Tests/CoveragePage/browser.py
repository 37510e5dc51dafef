"""A tab of headless Chromium, over its debugging pipe."""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib


class Page:
    """One tab. Messages are JSON that ends in a zero byte, on descriptors 3 and 4 of the browser."""

    def __init__(self, browser, folder):
        self.folder = folder
        to_browser, self.output = os.pipe()
        self.input, from_browser = os.pipe()

        def keep():
            # What the browser reads and writes, clear of the numbers that are replaced.
            ends = [os.dup2(to_browser, 100), os.dup2(from_browser, 101)]
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             f"--user-data-dir={self.profile.name}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=keep, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.buffer, self.number, self.errors, self.session = b"", 0, [], None
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(t for t in targets if t["type"] == "page")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        # Elements get the focus as in a window that has it.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        # Whatever the page would fetch is an error.
        self.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]

    def read(self):
        while b"\0" not in self.buffer:
            part = os.read(self.input, 1 << 20)
            if not part:
                sys.exit("the browser has ended")
            self.buffer += part
        line, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(line)
        if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.errors.append(json.dumps(message["params"])[:600])
        if message.get("method") == "Network.requestWillBeSent" and not message["params"]["request"]["url"].startswith(("file:", "data:")):
            self.errors.append(message["params"]["request"]["url"])
        return message

    def open(self, name, width, height=900, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url=f"file://{self.folder}/{name}")
        self.ask("new Promise(done => { const look = () => document.documentElement?.dataset.ready ? done(1) : setTimeout(look, 20); look(); })")
        # Of a page that was open already the address alone has changed, which it is told of later.
        self.ask("dispatchEvent(new Event('hashchange'))")

    def ask(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(f"{expression}: {json.dumps(answer['exceptionDetails'])[:400]}")
        return answer["result"].get("value")

    def key(self, name):
        for kind in ["keyDown", "keyUp"]:
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name)

    def middle(self, element):
        """Of an element that an expression gives, which is brought into view."""
        return self.ask(f"(() => {{ const e = {element}; e.scrollIntoView({{ block: 'center' }}); const b = e.getBoundingClientRect(); return {{ x: b.x + b.width / 2, y: b.y + b.height / 2 }}; }})()")

    def hover(self, element):
        """Moves the pointer to the middle of an element, as a mouse does."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", **self.middle(element))

    def tap(self, selector):
        """Touches the middle of an element, as a finger does."""
        place = self.middle(f"document.querySelector({json.dumps(selector)})")
        self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[place])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.call("Emulation.setTouchEmulationEnabled", enabled=False)

    def print(self):
        """What each printed page draws."""
        paper = base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])
        pages = []
        for page in re.findall(rb"/Type /Page\b(?!s).*?endobj", paper, re.S):
            number = re.search(rb"/Contents (\d+) 0 R", page)[1]
            start = re.search(rb"\n" + number + rb" 0 obj\b.*?stream\r?\n", paper, re.S).end()
            # It says itself where it ends: its last byte may look like the end of a line.
            pages.append(zlib.decompressobj().decompress(paper[start:]))
        (self.folder / "paper.pdf").write_bytes(paper)
        return pages

    def shoot(self, name, clip=None):
        """A picture of the page, or of a part of it."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = clip or {"x": 0, "y": 0, "width": size["width"], "height": size["height"]}
        self._shoot(name, captureBeyondViewport=True, clip={**clip, "scale": 1})

    def shoot_screen(self, name):
        """A picture of what a person sees: what sticks to an edge does so there."""
        self._shoot(name)

    def _shoot(self, name, **options):
        image = self.call("Page.captureScreenshot", **options)
        (self.folder / name).write_bytes(base64.b64decode(image["data"]))


def expect(what, found, wanted=True):
    if found != wanted:
        sys.exit(f"{what}: {found!r}, not {wanted!r}")
    print(f"{what}: {found}" if wanted is not True else what)
