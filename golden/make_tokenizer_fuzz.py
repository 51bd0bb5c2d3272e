"""Compares @qkv/tokenizers with Hugging Face tokenizers on strings and tokenizers made by chance.

    python golden/make_tokenizer_fuzz.py                        writes the small golden that the tests read
    python golden/make_tokenizer_fuzz.py --compare FILE...      compares tokenizer.json files on many strings
    python golden/make_tokenizer_fuzz.py --compare --pipelines 300
    python golden/make_tokenizer_fuzz.py --compare --families    those of published models, with small vocabularies

`--count`, `--long` and `--seed` say how many strings, how many of them of 100,000 characters, and which.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from make_tokenizers import TEXTS
from tokenizer_families import FAMILIES
from tokenizer_pipelines import pipeline
from tokenizer_strings import strings, well_formed
from tokenizers import Tokenizer

ROOT = Path(__file__).parent.parent
OUT = ROOT / "packages" / "tokenizers" / "test" / "golden" / "fuzz"


def utf16(text):
    """The UTF-16 position of every code point, and of the end."""
    positions = [0]
    for char in text:
        positions.append(positions[-1] + (2 if ord(char) > 0xFFFF else 1))
    return positions


def expected(tokenizer, text, special, pair=None):
    texts = [well_formed(each) for each in (text, pair) if each is not None]
    encoding = tokenizer.encode(*texts, add_special_tokens=special)
    at = [utf16(each) for each in texts]
    return {
        "text": text,
        **({} if pair is None else {"pair": pair}),
        "special": special,
        "ids": encoding.ids,
        "tokens": encoding.tokens,
        "offsets": [[at[side or 0][start], at[side or 0][end]] for side, (start, end) in zip(encoding.sequence_ids, encoding.offsets)],
        "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=special),
    }


def cases(tokenizer, texts):
    """One for each of `texts` that Hugging Face's library does not fail on; every fifth has the next text beside it."""
    for i, text in enumerate(texts):
        try:
            yield expected(tokenizer, text, i % 3 != 0, texts[(i + 1) % len(texts)] if i % 5 == 4 else None)
        except BaseException as error:  # a panic of the library is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            print(f"left out: {str(error)[:100]}", file=sys.stderr)


def opened(config):
    try:
        return Tokenizer.from_str(json.dumps(config))
    except BaseException as error:
        print(f"left out: {str(error)[:200]}", file=sys.stderr)
        return None


def write(path, name, config, texts):
    """One line for the tokenizer, then one for each case."""
    tokenizer = opened(config)
    if tokenizer is None:
        return
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({"name": name, "tokenizer": config}, ensure_ascii=False, separators=(",", ":")) + "\n")
        for case in cases(tokenizer, texts):
            file.write(json.dumps(case, separators=(",", ":")) + "\n")


def typed(config):
    """Two of the files lack `model.type`, which the library wants."""
    model = config["model"]
    if "type" not in model:
        config["model"] = {"type": "BPE" if "merges" in model else "Unigram", **model}
    return config


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--pipelines", type=int, default=0)
    parser.add_argument("--families", action="store_true")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--long", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not options.compare:
        return write_golden()
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(options.files):
            config = typed(json.loads(path.read_text(encoding="utf-8")))
            write(f"{folder}/file-{number}.jsonl", str(path), config, strings(options.seed, options.count, options.long))
            compare(folder)
        for number, (name, family) in enumerate(FAMILIES.items() if options.families else ()):
            write(f"{folder}/family-{number}.jsonl", name, family(), [*TEXTS, *strings(options.seed, options.count, options.long)])
        for number in range(options.pipelines):
            seed = options.seed * 1_000_000 + number
            write(f"{folder}/{number}.jsonl", f"pipeline {seed}", pipeline(seed), strings(seed, options.count, options.long))
        compare(folder)


def write_golden():
    """24 pipelines with 25 strings each, and the families of published models with 10 each."""
    OUT.mkdir(exist_ok=True)
    for seed in range(24):
        write(OUT / f"pipeline-{seed}.jsonl", f"pipeline {seed}", pipeline(seed), strings(seed, 25))
    for number, (name, family) in enumerate(FAMILIES.items()):
        write(OUT / f"family-{re.sub('[^a-z0-9]+', '-', name.lower())}.jsonl", name, family(), strings(100 + number, 10))


def compare(folder):
    command = ["npx", "vitest", "run", "packages/tokenizers/test/fuzz.parity.test.ts"]
    if any(Path(folder).iterdir()) and subprocess.run(command, cwd=ROOT, env={**os.environ, "QKV_TOKENIZER_FUZZ": folder}).returncode:
        sys.exit(1)
    for file in Path(folder).iterdir():
        file.unlink()


if __name__ == "__main__":
    main()
