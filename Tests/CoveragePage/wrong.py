"""Writes a report in which the kernel that the first verified product chooses was found wrong.

usage: wrong.py REPORT > WRONG
"""

import json
import sys

report = json.load(open(sys.argv[1]))
verified = [cell["chosen"] for cell in report["cells"] for row in cell["rows"] if row["kernel"] == cell["chosen"] and row["verified"]]
for cell in report["cells"]:
    for row in cell["rows"]:
        if row["kernel"] == verified[0] == cell["chosen"]:
            row["verified"] = False
json.dump(report, sys.stdout)
