"""What the Python peers share: reading a problem, and the lines by which the
benchmarks let a peer step and time itself."""

import json
import sys
import time

import numpy as np


class Problem:
    """A problem file: a line of JSON, then float64 parameters, x, and y or labels."""

    def __init__(self, path, dtype):
        with open(path, "rb") as f:
            self.__dict__.update(json.loads(f.readline()))
            data = np.frombuffer(f.read(), "<f8")
        self.dtype = dtype
        at = 0

        def take(*shape):
            nonlocal at
            n = int(np.prod(shape))
            at += n
            return data[at - n : at].reshape(shape)

        self.params = [take(*s).astype(dtype) for s in self.shapes]
        self.x = take(self.rows, self.features).astype(dtype)
        if self.mse:
            self.y = take(self.rows, self.sizes[-1]).astype(dtype)
        else:
            self.labels = take(self.rows).astype(np.int64)
        self.lengths = take(self.rows).astype(np.int64) if at < len(data) else None
        self.batches = self.rows // self.batch

    def span(self, k):
        lo = k % self.batches * self.batch
        return slice(lo, lo + self.batch)


def serve(step, remark):
    """Answers the benchmarks until they close the pipe. step(k) returns the loss."""
    print("ready", remark, flush=True)
    for line in sys.stdin:
        word, *args = line.split()
        k = int(args[0])
        if word == "step":
            print(repr(float(step(k))), flush=True)
            continue
        _, warm = run(step, k, WARM)
        total, steps = run(step, k + warm, float(args[1]))
        print(total * 1e9 / steps, warm + steps, flush=True)


# Milliseconds of steps before those that are timed: processors that were idle take
# that long until all of them work at full speed.
WARM = 40


def run(step, first, millis):
    """Makes steps for so long, at least one; returns the seconds and their number."""
    steps, total, block = 0, 0.0, 1
    while total * 1e3 < millis:
        start = time.perf_counter()
        for _ in range(block):
            step(first + steps)
            steps += 1
        total += time.perf_counter() - start
        block *= 2
    return total, steps
