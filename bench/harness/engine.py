"""What engines in Python share: they speak the lines of engine.ts, one JSON value a line, requests on standard input,
answers on standard output."""

import json
import resource
import statistics
import struct
import sys
import time

import torch


def read_safetensors(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(data[slice(*entry["data_offsets"])], dtype=torch.float32).reshape(entry["shape"])
        for name, entry in header.items()
    }


def serve(run, result, tokens):
    """Answers requests until standard input ends."""

    def round_of(milliseconds):
        times, end = [], time.perf_counter() + milliseconds / 1000
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            run()
            times.append(1000 * (time.perf_counter() - start))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"ms": statistics.median(times), "megabytes": peak}

    def answer(value):
        print(json.dumps(value), flush=True)

    answer({"ready": {"version": torch.__version__, "tokens": tokens}})
    for line in sys.stdin:
        request = json.loads(line)
        if request["ask"] == "round":
            answer({"round": round_of(request["milliseconds"])})
        else:
            answer({"result": result() if request["ask"] == "result" else None})
