"""Makes apps/cli/test/golden/torch-run: a tiny run that left for PyTorch after two steps and was trained there for two.

Run: python golden/make_torch_run.py, with `pnpm` on the path and torch, transformers and safetensors in this Python

`run/` is what `qkv export torch` wrote and `train.py` went on with, `expected.json` the losses of a run that never left.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
OUT = ROOT / "apps/cli/test/golden/torch-run"
TEXT = "one two three four five six; " * 20  # of apps/cli/test/exportTorch.test.ts too
RECIPE = {
    "task": "text-generation",
    "data": {"text": "counting.txt", "validationShare": 0.2},
    "tokenizer": {"kind": "characters"},
    "model": {"dModel": 8, "numLayers": 1, "numHeads": 2, "maxPositions": 12},
    "training": {"steps": 8, "batchSize": 3, "learningRate": 0.02, "warmupSteps": 1, "schedule": "cosine"},
    "validation": {"everySteps": 4},
    "checkpoints": {"everySteps": 2, "keep": 10},
}


def losses(folder):
    events = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [event["loss"] for event in events if event["type"] == "step"]


def main():
    work = Path(tempfile.mkdtemp())
    (work / "counting.txt").write_text(TEXT)
    (work / "recipe.json").write_text(json.dumps(RECIPE))
    place = ["--data", work, "--backend", "wasm"]
    qkv = lambda *args: subprocess.run(["pnpm", "-s", "qkv", *map(str, args), *map(str, place)], cwd=ROOT, check=True)
    qkv("train", "text-generation", "--config", work / "recipe.json", "--out", work / "whole")
    for step in (4, 6, 8):
        (work / f"whole/checkpoints/step-{step:08d}.safetensors").unlink()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    qkv("export", "torch", work / "whole", "--out", work / "run")
    subprocess.run([sys.executable, work / "run/train.py", "--steps", "2", "--device", "cpu"], check=True)
    shutil.copytree(work / "run", OUT / "run", ignore=shutil.ignore_patterns("train.py"))
    (OUT / "expected.json").write_text(json.dumps({"losses": losses(work / "whole")}) + "\n")
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
