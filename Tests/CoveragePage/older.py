"""Writes the report that an older version could have made: without a label and a date, transposing 2 and 4 times as
fast as now and dequantizing 2 times as slowly, in every round.

usage: older.py REPORT > OLDER
"""

import json
import sys

report = json.load(open(sys.argv[1]))
for name in ["label", "date"]:
    report.pop(name, None)
for cell in report["cells"]:
    for row in cell["rows"]:
        if not row["gops"]:
            continue
        slowest = row["slowestGops"] or row["gops"]
        if cell["operation"] == "transpose":
            factor = 4 if cell["weights"].startswith("int8") else 2
            row["gops"] = row["slowestGops"] = factor * row["gops"]
        elif cell["operation"] == "dequantize":
            row["gops"] = row["slowestGops"] = slowest / 2
json.dump(report, sys.stdout)
