"""How times are taken: peers in this process, ours by the command."""
import importlib
import json
import os
import statistics
import subprocess
import time

# What keeps a library off the instructions beyond a set; onnxruntime and MLX have no such switch.
ISA_ENVIRONMENT = {
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "FBGEMM_ENABLE_INSTRUCTIONS": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
    }
}


def prepare_environment(threads, isa):
    """Must come before a peer is imported: they read the environment once."""
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(threads)
    os.environ.update(ISA_ENVIRONMENT.get(isa, {}))


def load_modules(works, threads):
    """The peers' modules that can be imported, by name, and the reasons why others cannot."""
    modules, missing = {}, {}
    for name in sorted({peer.module for work in works for peer in work.peers if peer.module}):
        try:
            modules[name] = importlib.import_module(name)
            modules[name].set_threads(threads)
        except ImportError as error:
            missing[name] = str(error)
    return modules, missing


def median_time(run, seconds):
    """The median of as many runs as fit, at least five, after two to warm up: as ours are timed."""
    run()
    run()
    times, started = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - started < seconds:
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def roof(one):
    """What the roofs of one of our reports allow, in GOP/s; None where it has none."""
    fed = one.get("readGigabytesPerSecond") or one.get("copyGigabytesPerSecond")
    roofs = [one.get("foldedPeakGops") or one.get("peakGops"),
             fed and fed * one["gops"] / one["gigabytesPerSecond"]]
    return min(filter(None, roofs), default=None)


class Affine:
    """The command under test."""

    def __init__(self, path, threads, seconds, isa):
        self.path, self.threads, self.seconds, self.isa = path, threads, seconds, isa

    def bench(self, call, size):
        """The report of one `affine bench`, or an error with what it says."""
        threads = call.threads or self.threads
        command = [self.path, "bench", call.operation, "--weights", call.weights,
                   "--activations", call.activations, "--precision", call.precision, "--threads", str(threads),
                   "--seconds", str(self.seconds), "--format", "json"]
        for name in ("m", "k", "n"):
            command += [f"--{name}", str(getattr(size, name))]
        if self.isa:
            command += ["--isa", self.isa]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            errors = [line for line in result.stderr.splitlines() if line.startswith("Error")]
            raise RuntimeError(errors[0] if errors else f"affine: exit {result.returncode}")
        return json.loads(result.stdout)

    def timer(self, peer, size, modules):
        """What returns the seconds of one median, and of our own a roof, each time that it is called."""
        if peer.call:
            def ours():
                one = self.bench(peer.call, size)
                return one["medianSeconds"], roof(one)
            return ours
        run = getattr(modules[peer.module], peer.maker)(size, *peer.arguments)
        return lambda: (median_time(run, self.seconds), None)
