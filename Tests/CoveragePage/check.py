"""Asks the coverage page, in headless Chromium over its debugging pipe, what it shows.

usage: check.py BROWSER FOLDER REPORT
"""

import collections
import json
import math
import pathlib
import re
import sys

from browser import Page, expect
from expected import chosen, contrast, missing, named, painted, shades, slow

browser, folder, report = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])
measured = json.loads(report.read_text())
cells = measured["cells"]
page = Page(browser, folder)


def lists():
    """What the two lists of the first section show: the text, the number at its right, the length of its bar."""
    return page.ask("[...document.querySelectorAll('#first > div')].map(list => [...list.querySelectorAll('li')].map(item => [item.querySelector('span').firstChild.textContent, item.querySelector('.number').textContent, item.querySelector('.bar i')?.style.width ?? null]))")


def check_missing(shown, cells):
    wanted = missing(cells)
    expect("missing: the least careful steps of most cells", [(text, int(number.replace(",", "").split()[0])) for text, number, _ in shown],
           wanted[:12])
    said = page.ask("document.querySelector('#first > div').textContent")
    expect("missing: what is left is counted", (f"And {len(wanted) - 12:,} more" in said) == (len(wanted) > 12)
           and ("Nothing:" in said) == (not wanted))


cut = "[...document.querySelectorAll('.map .name, .map .column')].filter(e => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight).map(e => e.textContent)"
count = "Number(document.getElementById('shown').textContent.replaceAll(',', '').split(' ')[0])"

for width in [390, 1280]:
    for dark in [False, True]:
        page.open("measured.html", width, dark=dark)
        shade = page.ask("getComputedStyle(document.body).backgroundColor")
        expect(f"{width} px, {'dark' if dark else 'light'}: paper", shade, "rgb(20, 23, 26)" if dark else "rgb(255, 255, 255)")
        colours = page.ask("[...document.querySelectorAll('#legend .swatch')].map(swatch => getComputedStyle(swatch).backgroundColor)")
        expect("colours of the legend", colours, [painted(name, dark) for name in ["tuned", "vectorized", "portable", "wrong"]])
        expect("ink", page.ask("getComputedStyle(document.body).color"), painted("ink", dark))
        expect("roofs have the colour of ink", page.ask("getComputedStyle(document.querySelector('path.roof')).stroke"), painted("ink", dark))
        for text in ["ink", "quiet"]:
            for below in ["paper", "raised"]:
                expect(f"{text} can be read on {below}", contrast(shades[text][dark], shades[below][dark]) >= 4.5)
        expect("no sideways scrolling", page.ask("document.documentElement.scrollWidth") <= width)
        expect("names of the map that are cut", page.ask(cut), [])
        page.shoot(f"{width}{'-dark' if dark else ''}.png")

# What is missing and slow stands before everything else, in order.
page.open("measured.html", 1280)
expect("missing and slow is the first section", page.ask("document.querySelector('main > section').contains(document.getElementById('first')) && document.querySelector('main > section').getBoundingClientRect().top < document.getElementById('map-heading').getBoundingClientRect().top"))
least, slowest = lists()
check_missing(least, cells)
wanted = slow(cells)
expect("something was measured", len(wanted) > 12)
expect("slow: the least part of the peak first", [text for text, _, _ in slowest], [named(cell) for cell in wanted[:12]])
for (_, number, bar), cell in zip(slowest, wanted):
    part = chosen(cell)["fractionOfPeak"]
    expect("slow: the part and its bar", abs(float(number.rstrip(" %")) - 100 * part) <= max(0.51, 100 * part / 2)
           and abs(float(bar.rstrip("%")) - min(100, 100 * part)) < 0.01)
page.ask("document.querySelectorAll('#first > div')[1].querySelector('button').click()")
expect("a line of it opens the plan", wanted[0]["weights"] in page.ask("document.querySelector('#details details[open] summary').textContent"))
page.key("Escape")
# A report of plain loops lacks all, one with a wrong kernel says so before what is missing.
page.open("portable.html", 1280)
least, slowest = lists()
check_missing(least, json.loads((folder / "older.json").read_text())["cells"])
expect("all of it is missing, and nothing was measured", bool(least) and not slowest)
page.open("wrong.html", 1280)
bad = json.loads((folder / "wrong.json").read_text())["cells"]
wrong = [cell for cell in bad if any(row["verified"] is False for row in cell["rows"])]
least, _ = lists()
expect("a wrong kernel stands first", least[0][:2], [f"wrong: {wrong[0]['chosen']}", f"{len(wrong):,} cell{'s' * (len(wrong) > 1)}"])
expect("its squares are marked", page.ask("document.querySelectorAll('.square.wrong').length") > 0)

# A finger opens a square, and a narrow screen says as much of its kernels as a wide one does.
page.open("measured.html", 390)
page.tap(".square[tabindex='0']")
expect("a tap opens the details", page.ask("!document.getElementById('details').hidden"))
below = page.ask("document.querySelector('#details details[open] tr b').closest('tr').querySelector('.narrow').innerText")
first = chosen(cells[0])
expect("they name the instruction set", first["instructionSet"] in below)
expect("they name the bound", below.endswith("exact") if first["errorBound"] == 0 else bool(re.search(r"bound \d", below)))
expect("the details fit a narrow screen", page.ask("document.getElementById('details').scrollWidth") <= 390)
page.shoot_screen("390-details.png")

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

# A pointer shows a square's plans while it is there; a click keeps them.
titles = "document.querySelector('#details h3').textContent"
squares = "document.querySelectorAll('.map .square[tabindex]')"
seen = []
for place in [0, 1]:
    page.hover(f"{squares}[{place}]")
    label = page.ask(f"{squares}[{place}].getAttribute('aria-label')")
    seen.append(page.ask(titles))
    expect("a pointer shows the plans of its square", seen[-1], label.split(": ")[0].replace(", ", ": ", 1))
page.ask(f"{squares}[0].click()")
page.hover(f"{squares}[1]")
expect("a click keeps them", (page.ask(titles), seen[0] != seen[1]), (seen[0], True))
page.key("Escape")

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
point = "document.getElementById('point').textContent"
expect("a point says what it is", "operations a byte" in page.ask(point))
# Arrow keys go from point to point, and one of them can always be reached.
places = "[...document.querySelectorAll('#plot circle')]"
for key, wanted in [("ArrowLeft", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)]:
    page.key(key)
    expect(f"{key} on the roofline", page.ask(f"[{places}.indexOf(document.activeElement), {places}.findIndex(c => c.tabIndex === 0), {places}.filter(c => c.tabIndex === 0).length]"), [wanted, wanted, 1])
    expect("the point it goes to is told", page.ask(f"{point} === {places}[{wanted}].getAttribute('aria-label')"))
page.ask("scrollTo(0, 0)")
# Points may cover each other: the last one lies on top.
page.hover(f"{places}.at(-1)")
expect("a pointer on a point tells it", page.ask(f"{point} === {places}.at(-1).getAttribute('aria-label')"))


def rows_on_points():
    """How many measured rows the points stand for."""
    labels = page.ask(f"{places}.map(c => c.getAttribute('aria-label'))")
    return sum(int(re.search(r"; ([\d,]+) rows?$", label)[1].replace(",", "")) for label in labels)


measured_rows = lambda cells: sum(bool(row["gops"] and row["bytes"]) for cell in cells for row in cell["rows"])
page.open("measured.html", 1280)
expect("every measured row is on the roofline", rows_on_points(), measured_rows(cells))
page.open("measured.html#operation=transpose", 1280)
expect("filters are of the roofline too", rows_on_points(), measured_rows(c for c in cells if c["operation"] == "transpose"))

# Roofs: the slope of the bandwidth, and from it to the right a line for every peak, as high as its logarithm.
page.open("measured.html", 1280)
slope, *lines = page.ask("[...document.querySelectorAll('path.roof')].map(path => path.getAttribute('d').match(/[-\\d.e]+/g).map(Number))")
peaks = sorted((peak["gops"] for peak in measured["roofs"]["peaks"]), reverse=True)
expect("a roof for every peak", len(lines), len(peaks))
told = page.ask("[...document.querySelectorAll('#plot text')].map(text => text.textContent).filter(text => text.startsWith('copy '))")
expect("the slope says its bandwidth", len(told) == 1 and abs(float(told[0].split()[1]) / measured["roofs"]["copyGigabytesPerSecond"] - 1) < 0.01)
powers = page.ask("[...document.querySelectorAll('#plot text[text-anchor=end]')].map(t => [Number(t.textContent), Number(t.getAttribute('y')) - 4]).filter(([value]) => value)")
(low, bottom), (high, top) = powers[0], powers[-1]
for (left, y, right), gops in zip(lines, peaks):
    height = bottom + (top - bottom) * math.log10(gops / low) / math.log10(high / low)
    expect("a roof is as high as its peak", abs(y - height) < 0.1 and left < right)
    x1, y1, x2, y2 = slope
    expect("it begins at the slope", left == 0 or abs((left - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) < 0.1 * math.hypot(x2 - x1, y2 - y1))
page.open("measured.html#operation=linear&storage=int4", 1280)
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

# The map of what changed: the colours of slower and faster where something did, and of lines elsewhere.
page.open("measured.html#view=change", 1280)
expect("the legend of what changed", page.ask("[...document.querySelectorAll('#legend li')].map(item => item.textContent)"), ["slower", "faster"])
painting = page.ask("[...document.querySelectorAll('.square:not(.none)')].map(s => [s.getAttribute('aria-label').split(', ')[0], getComputedStyle(s).backgroundImage.match(/rgb\\([^)]*\\)/g)])")
for operation in sorted({cell["operation"] for cell in cells}):
    found = {colour for of, colours in painting for colour in colours if of == operation}
    kind = {"transpose": "slower", "dequantize": "faster"}.get(operation, "line")
    expect(f"the colour of {operation} where changes are shown", found, {painted(kind)})
page.shoot("change.png")

page.open("measured.html", 1280)
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
