"""Results as text, as a document for scripts and as a table for the README."""
import datetime
import pathlib
import platform

# The rows that the README shows.
SHORT = {"linear-int8": ("1x4096x4096", "32x4096x4096", "512x1024x1024"),
         "linear-int4-group32": ("1x4096x4096", "32x4096x4096", "512x1024x1024"),
         "linear-int4-float": ("1x4096x4096",), "linear-int8-float": ("512x1024x1024",),
         "linear-float": ("512x1024x1024",), "train-step": ("512x1024x1024",),
         "quantize": ("4096x4096",), "optimizer": ("1024x4096",)}
BEGIN, END = "<!-- peers:begin -->", "<!-- peers:end -->"

# The instructions that decide how fast codes can be multiplied.
FEATURES = ("avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8",
            "amx_bf16", "asimd", "asimddp", "i8mm", "bf16", "sme")


def is_short(work, size):
    """Whether the README shows a row."""
    return str(size) in SHORT.get(work, ())


def _facts():
    """The first value of each key of the system's list of processors."""
    facts = {}
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    for line in cpuinfo.read_text().splitlines() if cpuinfo.exists() else []:
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    return facts


def features(without_tiles):
    """The instructions of this machine that may be used."""
    facts = _facts()
    flags = facts.get("flags", facts.get("Features", "")).split()
    return [feature for feature in FEATURES if feature in flags and
            not (without_tiles and feature.startswith("amx"))]


def machine(modules, used, threads, isa):
    """Where, with which instructions and with what was measured."""
    versions = {name.removesuffix("_peers"): module.VERSION for name, module in modules.items()}
    return {"cpu": _facts().get("model name") or platform.processor() or platform.machine(),
            "features": used, "threads": threads, "isa": isa,
            "date": datetime.date.today().isoformat(), "versions": versions}


def verdict(row):
    """Whether the row's target is reached."""
    return f"target {row['target']:.2f} {'met' if row['met'] else 'NOT met'}"


def _ours(row):
    part = f", {row['fractionOfPeak']:4.0%} of peak" if row["fractionOfPeak"] else ""
    part += f", {row['fractionOfRoof']:4.0%} of roof" if row["fractionOfRoof"] else ""
    return f"ours {row['ourMilliseconds']:9.3f} ms, {row['gops']:6.1f} GOP/s{part}"


def lines(row, isa):
    """The row for a person: a line a peer, first the best that counts, and the target with it."""
    title = f"{row['work']:24s} {row['size']:14s}"
    if "error" in row:
        return [f"{title} {row['error']}; {verdict(row)}"]
    text = []
    for peer in row["peers"]:
        figures = f"{peer['ratio']:6.2f} [{peer['low']:.2f}..{peer['high']:.2f}]"
        notes = [verdict(row)] if peer["name"] == row["best"] else []
        notes += [f"roofs allow {peer['allowed']:.2f}"] if peer["allowed"] else []
        notes += [] if peer["counts"] else ["for reference"]
        notes += [f"not held to {isa}"] if isa and peer["ignoresISA"] else []
        text.append("; ".join([f"{title} {peer['name']:36s} {figures:22s} {_ours(row)}",
                               f"peer {peer['milliseconds']:9.3f} ms", *notes]))
    return text + [f"{title} {failure}" for failure in row["failures"]]


def summary(rows):
    return f"{sum(row['met'] for row in rows)} of {len(rows)} rows meet their target"


def markdown(rows, about, short=False):
    """The best peer of every row, or of those that the README shows, under a paragraph that says where it was measured."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    held = f", {about['isa']} alone where a peer can be held to it" if about["isa"] else ""
    threads = "one thread" if about["threads"] == 1 else f"{about['threads']} threads"
    header = ["work, m × k (× n)", "best peer", "ratio", "target", "ours, ms", "peer, ms",
              "GOP/s", "of peak", "of roof", "roofs allow"]
    shown = [row for row in rows if not short or is_short(row["work"], row["size"])]
    return "\n".join([
        f"{about['cpu']} ({', '.join(about['features'])}), {threads}{held}, {about['date']}; "
        f"{versions}.",
        "The ratio is the time of the fastest peer by ours: its median over the rounds, the lowest "
        f"and the highest; {summary(rows)}{', of which some are here' if short else ''}.", "",
        _cells(header), _cells(["---"] * len(header)), *map(_table_row, shown)])


def _table_row(row):
    title = f"{row['work']}, {row['size'].replace('x', ' × ')}"
    if "error" in row:
        return _cells([title, row["error"], "", f"{row['target']:.2f}", *[""] * 6])
    best = next(peer for peer in row["peers"] if peer["name"] == row["best"])
    return _cells([
        title, best["name"], f"{best['ratio']:.2f} ({best['low']:.2f}–{best['high']:.2f})",
        f"{row['target']:.2f}", f"{row['ourMilliseconds']:.3g}", f"{best['milliseconds']:.3g}",
        f"{row['gops']:.3g}", f"{row['fractionOfPeak']:.0%}" if row["fractionOfPeak"] else "",
        f"{row['fractionOfRoof']:.0%}" if row["fractionOfRoof"] else "",
        f"{best['allowed']:.2f}" if best["allowed"] else ""])


def _cells(texts):
    return f"| {' | '.join(texts)} |"


def write_between_markers(path, text):
    """Replaces what stands between the two markers of a file, and nothing else."""
    content = path.read_text()
    if content.count(BEGIN) != 1 or content.count(END) != 1:
        raise SystemExit(f"{path} needs one line {BEGIN} and one line {END}")
    head, rest = content.split(BEGIN)
    path.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}")
