"""Asks the coverage page, in headless Chromium over its debugging pipe, what it shows.

usage: check.py BROWSER FOLDER REPORT
"""

import base64
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zlib

browser, folder, report = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])


class Page:
    """One tab. Messages are JSON that ends in a zero byte, on descriptors 3 and 4 of the browser."""

    def __init__(self):
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
        self.call("Page.navigate", url=f"file://{folder}/{name}")
        self.ask("new Promise(done => { const look = () => document.documentElement?.dataset.ready ? done(1) : setTimeout(look, 20); look(); })")

    def ask(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(f"{expression}: {json.dumps(answer['exceptionDetails'])[:400]}")
        return answer["result"].get("value")

    def key(self, name):
        for kind in ["keyDown", "keyUp"]:
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name)

    def tap(self, selector):
        """Touches the middle of an element, as a finger does."""
        place = self.ask(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{ block: 'center' }}); const b = e.getBoundingClientRect(); return {{ x: b.x + b.width / 2, y: b.y + b.height / 2 }}; }})()")
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
            stream = re.search(rb"\n" + number + rb" 0 obj\b.*?stream\r?\n(.*?)\r?\nendstream", paper, re.S)[1]
            pages.append(zlib.decompress(stream))
        (folder / "paper.pdf").write_bytes(paper)
        return pages

    def shoot(self, name, clip=None):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = clip or {"x": 0, "y": 0, "width": size["width"], "height": size["height"]}
        image = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={**clip, "scale": 1})
        (folder / name).write_bytes(base64.b64decode(image["data"]))


def expect(what, found, wanted=True):
    if found != wanted:
        sys.exit(f"{what}: {found!r}, not {wanted!r}")
    print(f"{what}: {found}" if wanted is not True else what)


cells = json.loads(report.read_text())["cells"]
page = Page()
chosen = lambda cell: next(row for row in cell["rows"] if row["kernel"] == cell["chosen"])
count = "Number(document.getElementById('shown').textContent.replaceAll(',', '').split(' ')[0])"

for width in [390, 1280]:
    for dark in [False, True]:
        page.open("measured.html", width, dark=dark)
        shade = page.ask("getComputedStyle(document.body).backgroundColor")
        expect(f"{width} px, {'dark' if dark else 'light'}: paper", shade, "rgb(20, 23, 26)" if dark else "rgb(255, 255, 255)")
        expect("no sideways scrolling", page.ask("document.documentElement.scrollWidth") <= width)
        page.shoot(f"{width}{'-dark' if dark else ''}.png")

# A finger opens a square, and a narrow screen says as much of its kernels as a wide one does.
page.open("measured.html", 390)
page.tap(".square[tabindex='0']")
expect("a tap opens the details", page.ask("!document.getElementById('details').hidden"))
below = page.ask("document.querySelector('#details details[open] tr b').closest('tr').querySelector('.narrow').innerText")
first = chosen(cells[0])
expect("they name the instruction set", first["instructionSet"] in below)
expect("they name the bound", below.endswith("exact") if first["errorBound"] == 0 else bool(re.search(r"bound \d", below)))
expect("the details fit a narrow screen", page.ask("document.getElementById('details').scrollWidth") <= 390)
page.shoot("390-details.png", {"x": 0, "y": page.ask("scrollY"), "width": 390, "height": 900})

page.open("measured.html", 1280)
expect("every cell is shown", page.ask(count), len(cells))
sets = collections.Counter(chosen(cell)["instructionSet"] for cell in cells)
common = max(sets, key=sets.get)
for name, value, holds in [
    ("operation", "linear", lambda cell: cell["operation"] == "linear"),
    ("storage", "int4", lambda cell: cell["weights"].split("-")[0] == "int4"),
    ("granularity", "group32", lambda cell: cell["weights"].split("-")[1] == "group32"),
    ("instructionSet", common, lambda cell: chosen(cell)["instructionSet"] == common),
]:
    wanted = sum(holds(cell) for cell in cells)
    if not wanted:
        sys.exit(f"filter {name}={value} would show nothing: it tests nothing")
    page.ask(f"(() => {{ const s = document.querySelector('select[name={name}]'); s.value = '{value}'; s.dispatchEvent(new Event('change')); }})()")
    expect(f"filter {name}={value}", page.ask(count), wanted)
    page.ask("document.querySelector('button[type=reset]').click()")
expect("the filters are reset", page.ask(count), len(cells))

# What the README shows: the three products.
page.open("measured.html", 1180)
page.shoot("products.png", page.ask("(() => { const b = document.getElementById('maps').getBoundingClientRect(), f = document.querySelector('#maps section').getBoundingClientRect(); return { x: b.x + scrollX, y: f.y + scrollY, width: b.width, height: f.height }; })()"))

page.open("measured.html#operation=linear&storage=int4", 1280)
both = sum(cell["operation"] == "linear" and cell["weights"].split("-")[0] == "int4" for cell in cells)
expect("filters in the address", page.ask(count), both)
# Scales that are codes are stripes, as other types of scales are.
expect("a row is a storage and a mapping", page.ask("[...document.querySelectorAll('.map .name')].every(name => name.textContent.split(' ').length <= 2)"))
page.ask("document.querySelector('.square[tabindex=\"0\"]').focus()")
first = page.ask("document.querySelector('#details h3').textContent")
page.key("ArrowRight")
expect("an arrow moves", page.ask("document.querySelector('#details h3').textContent") != first)
details = page.ask("document.getElementById('details').textContent")
for word in ["multiply", "aq_", "GOP/s", "bound", "right"]:
    expect(f"details say {word}", word in details)
page.key("Enter")
page.key("Escape")
expect("Escape closes the details", page.ask("document.getElementById('details').hidden"))
expect("points of the roofline", page.ask("document.querySelectorAll('#plot circle').length") > 10)
page.ask("document.querySelector('#plot circle').focus()")
expect("a point says what it is", "operations a byte" in page.ask("document.getElementById('point').textContent"))
expect("points lie inside the plot", page.ask(
    "[...document.querySelectorAll('#plot circle')].every(c => { const b = c.getBoundingClientRect(), p = document.querySelector('#plot svg').getBoundingClientRect(); return b.left >= p.left && b.right <= p.right && b.top >= p.top && b.bottom <= p.bottom; })"))
expect("a comparison is shown", page.ask("!document.getElementById('comparison').hidden"))

# What older.py made slower and faster is listed, the most changed first, and nothing else is.
for kind, operation in [("slower", "transpose"), ("faster", "dequantize")]:
    changed = [cell for cell in cells if cell["operation"] == operation and chosen(cell)["gops"]]
    measured = {(cell["activations"], *(chosen(cell)[name] for name in ["gops", "slowestGops", "fractionOfPeak", "operations", "bytes"]))
                for cell in changed}
    text, names, ratios = page.ask(f"(() => {{ const t = document.getElementById('{kind}'); const all = s => [...t.querySelectorAll(s)].map(e => e.textContent); return [t.parentNode.querySelector('h3').textContent, all('button'), all('td:last-child').map(parseFloat)]; }})()")
    numbers = [int(number) for number in re.findall(r"\d+", text.replace(",", ""))]
    expect(f"cells and measurements that are {kind}", numbers, [len(changed), len(measured)])
    expect(f"{kind}: as many rows", len(names), min(12, len(measured)))
    expect(f"{kind}: {operation} alone", set(names) <= {f"{operation}, {cell['weights']}" for cell in changed})
    if kind == "slower":
        expect("a quarter of the rate stands first", ratios == sorted(ratios) and ratios[0] == 0.25 and max(ratios) <= 0.5)
    else:
        expect("at least twice the rate", ratios == sorted(ratios, reverse=True) and min(ratios) >= 2)

pages = page.print()
expect("pages of paper", 1 < len(pages) <= 8)
expect("none of them is empty", all(b"Tj" in drawn or b"TJ" in drawn for drawn in pages))

page.open("plain.html", 390)
expect("no roofline without rates", page.ask("document.getElementById('roofline').hidden"))
expect("no comparison without another report", page.ask("document.getElementById('comparison').hidden"))
page.open("compared.html", 1280)
heading = page.ask("document.getElementById('comparison-heading').textContent")
expect("the comparison says with what", bool(re.search(r"plain loops, \d{4}-\d\d-\d\d \d\d:\d\d UTC$", heading)))
expect("so does the older machine", "Older: plain loops" in page.ask("document.getElementById('machines').textContent"))
expect("the better tiers are told", "rose to a higher tier" in page.ask("document.getElementById('changes').textContent"))
page.ask("(() => { const s = document.querySelector('select[name=view]'); s.value = 'older'; s.dispatchEvent(new Event('change')); })()")
expect("the older report can be seen", page.ask("document.querySelector('.square:not(.none)').getAttribute('aria-label').includes('portable')"))
expect("errors and requests", page.errors, [])
page.process.kill()
page.process.wait()
