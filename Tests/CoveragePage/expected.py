"""What the coverage page is to show of a report, and its colours."""

import collections
import pathlib
import re

products = ["linear", "input-gradient", "weight-gradient"]
chosen = lambda cell: next(row for row in cell["rows"] if row["kernel"] == cell["chosen"])

# Colours of the page, light and dark.
style = (pathlib.Path(__file__).parent / "../../Sources/AffineBench/Coverage/Page/page.css").read_text()
shades = {name: pair for name, *pair in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", style)}


def channels(colour):
    return [int(colour[place:place + 2], 16) for place in [1, 3, 5]]


def painted(name, dark=False):
    """How the browser writes a colour."""
    return f"rgb({', '.join(str(part) for part in channels(shades[name][dark]))})"


def contrast(*colours):
    """By WCAG 2, from 1 to 21."""
    linear = lambda part: part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
    low, high = sorted(sum(weight * linear(part / 255) for weight, part in zip([0.2126, 0.7152, 0.0722], channels(colour)))
                       for colour in colours)
    return (high + 0.05) / (low + 0.05)


def grouped(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def named(cell):
    types = f"{cell['activations']} × {cell['weights']}" if cell["operation"] in products else cell["weights"]
    return f"{cell['operation']}, {types}"


def missing(cells):
    """The steps below the tier tuned, the least careful first, then those of most cells."""
    known = {row["kernel"]: row["tier"] for cell in reversed(cells) for row in reversed(cell["rows"])}
    found = []
    for cell in cells:
        for step in cell["steps"] if cell["tier"] != "tuned" else []:
            if step["tier"] == cell["tier"]:
                tiers = step.get("tiers") or [step["tier"]] * len(step["kernels"])
                same = [name for name, tier in zip(step["kernels"], tiers) if known.get(name, tier) == step["tier"]]
                found.append(f"{step['tier']}: {cell['operation']}, {step['work']}, {(same or step['kernels'])[0]}")
    counts = collections.Counter(found)
    return sorted(counts.items(), key=lambda item: (not item[0].startswith("portable"), -item[1]))


def slow(cells):
    """Of each operation, type of activations and chosen kernel the least part of the peak, the least first."""
    some = [cell for cell in cells if chosen(cell)["fractionOfPeak"] is not None]
    part = lambda cell: chosen(cell)["fractionOfPeak"]
    groups = grouped(some, lambda cell: (cell["operation"], cell["activations"], cell["chosen"]))
    return sorted((min(group, key=part) for group in groups.values()), key=part)
