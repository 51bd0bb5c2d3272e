"""Writes which characters each part of Hugging Face tokenizers counts among which, for the tests of @qkv/tokenizers.

Run: python golden/make_tokenizer_unicode.py

The parts of that library have tables of Unicode versions from 8 to 17, JavaScript engines have one of their own. Where
the two differ for a character, texts with it may be cut otherwise: `unicode.json` holds the runs of characters for each
question, and the tests list the differences.
"""

import json
from importlib.metadata import version
from pathlib import Path

from tokenizers import Regex, normalizers, pre_tokenizers

OUT = Path(__file__).parent.parent / "packages" / "tokenizers" / "test" / "golden" / "unicode.json"
CODES = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
TEXT = "".join(map(chr, CODES))

CLASSES = [r"\p{L}", r"\p{N}", r"\p{P}", r"\p{M}", r"\p{S}", r"\p{C}", r"\p{Lu}", r"\p{Ll}", r"\p{Lm}", r"\p{Lo}", r"\p{Mn}", r"\p{Nd}", r"\s", r"\w", r"[[:alpha:]]", r"[[:punct:]]", r"[[:graph:]]", r"\p{Han}"]
# What each does to the character between two letters: how many pieces it makes.
CUTS = {"Punctuation": 3, "Digits": 3, "WhitespaceSplit": 2, "Whitespace": 1, "BertPreTokenizer": 3, "UnicodeScripts": 1}
# Scripts that a character may have changed to: of signs, Arabic, Devanagari, Han.
SCRIPTS = [".", "\u0627", "\u0915", "\u5929"]
FORMS = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"]


def runs(codes):
    """Runs of consecutive code points: the first and, where there are more, how many follow."""
    found = []
    for code in codes:
        if found and found[-1][0] + found[-1][1] + 1 == code:
            found[-1][1] += 1
        else:
            found.append([code, 0])
    return [part for run in found for part in run]


def matched(pattern):
    split = pre_tokenizers.Split(Regex(f"{pattern}+"), "removed", True)
    return [code for _, (start, end) in split.pre_tokenize_str(TEXT) for code in CODES[start:end]]


def cut(name, beside="a"):
    split = getattr(pre_tokenizers, name)()
    return [code for code in CODES if len(split.pre_tokenize_str(f"{beside}{chr(code)}{beside}")) == CUTS[name]]


def main():
    answers = {pattern: runs(matched(pattern)) for pattern in CLASSES}
    answers |= {name: runs(cut(name)) for name in CUTS}
    answers |= {f"UnicodeScripts {beside}": runs(cut("UnicodeScripts", beside)) for beside in SCRIPTS}
    bert = normalizers.BertNormalizer(lowercase=False, strip_accents=True, handle_chinese_chars=False)
    forms = {**{name: getattr(normalizers, name)() for name in FORMS}, "BertNormalizer": bert}
    for name, form in forms.items():
        answers[name] = runs([code for code in CODES if form.normalize_str(chr(code)) != chr(code)])
    # Marks that come after U+0334 in canonical order.
    nfd = normalizers.NFD()
    answers["order"] = runs([code for code in CODES if nfd.normalize_str(chr(code) + "\u0334") != nfd.normalize_str(chr(code)) + "\u0334"])
    text = json.dumps({"versions": {"tokenizers": version("tokenizers")}, "answers": answers}, separators=(",", ":"))
    OUT.write_text(text.replace('],"', '],\n"') + "\n")
    print(f"{OUT.name}: {len(text)} bytes")


if __name__ == "__main__":
    main()
