"""Strings that tokenizers stumble over, made by chance from a seed: all planes of Unicode, emoji sequences, combining
marks, CJK, Hangul jamo, text from right to left, control characters, lone surrogates, runs of spaces and long lines."""

import random

WORDS = (
    "the of and to in is that it was for on are as with his they at be this from I have or by one had not but what all were "
    "when we there can an your which their said if do will each about how up out them then she many some so these would other "
    "into has more her two like him see time could no make than first been its who now people my made over did down only way "
    "find use may water long little very after words called just where most know get through back much before go good new "
    "l'homme qu'il c'est aujourd'hui élève naïve œuvre Straße größe niño façade İstanbul ΟΔΥΣΣΕΥΣ λόγος Привет мир "
    "don't I'll we've they'd he's CAN'T It's 'tis rock'n'roll HTML5 x2y camelCase snake_case e.g. U.S.A. O'Neill"
).split()
FIXED = [
    "'s", "'ll", "'RE", "n't", " n't", " 'm", " .", " ?", " do not", "...", "--", "<s>", "</s>", "<unk>", "<pad>", "<mask>", "[MASK]",
    "[CLS]", "[SEP]", "[UNK]", "<|endoftext|>", "<|startoftext|>", "<extra_id_0>", "<0x41>", "<0x0A>", "##ing", "▁", "▁the", "Ġthe",
    "Ċ", "Ġ", "</w>", "\u2581\u2581", "http://a.b/c?d=e&f#g", "a@b.co", "3.14", "10,000", "1234567890", "٣٤٥", "²³½", "Ⅻ", "①",
    "ﬁ", "ﬃ", "ſ", "\u212a", "\u212b", "ǆ", "ẞ", "İ", "ı", "ς", "Σ", "ʼn", "ŉ", "ΐ", "\u0130", "\u1e9e", "\ufb4f", "㍿", "㌔", "ﷺ",
]
EMOJI = [
    "😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇫🇷", "🇫🇷🇩", "☕️", "1️⃣", "❤️‍🔥", "🧑🏿‍🚀", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "©️", "\u200d", "\ufe0f", "\U0001f3fb",
]
MARKS = [*range(0x300, 0x370), 0x483, 0x591, 0x5B0, 0x64B, 0x651, 0x670, 0x93C, 0x94D, 0x9BC, 0xE31, 0xE38, 0xF71, 0x1DC0, 0x20D0, 0x3099, 0x309A, 0xFE20, 0x1D165, 0x110BA]
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2003\u2007\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
RANGES = {
    "latin": (0x20, 0x24F), "greek": (0x370, 0x3FF), "cyrillic": (0x400, 0x52F), "hebrew": (0x590, 0x5FF), "arabic": (0x600, 0x6FF),
    "indic": (0x900, 0xDFF), "thai": (0xE00, 0xEFF), "tibetan": (0xF00, 0xFFF), "jamo": (0x1100, 0x11FF), "ethiopic": (0x1200, 0x137F),
    "extended": (0x1E00, 0x1FFF), "symbols": (0x2000, 0x2BFF), "kana": (0x3040, 0x30FF), "compatibility": (0x3200, 0x33FF),
    "han": (0x4E00, 0x9FFF), "yi": (0xA000, 0xA4CF), "hangul": (0xAC00, 0xD7A3), "jamo extended": (0xD7B0, 0xD7FF), "private": (0xE000, 0xE100),
    "forms": (0xF900, 0xFFFF), "plane 1": (0x10000, 0x1FFFF), "mathematical": (0x1D400, 0x1D7FF), "pictographs": (0x1F000, 0x1FAFF),
    "plane 2": (0x20000, 0x2FA1F), "plane 3": (0x30000, 0x3134F), "plane 14": (0xE0000, 0xE01FF), "planes": (0, 0x10FFFF), "control": (0, 0xA0),
}


def part(rng):
    """A few characters of one kind."""
    kind = rng.random()
    if kind < 0.25:
        return " ".join(rng.choices(WORDS, k=rng.randint(1, 5)))
    if kind < 0.37:
        return rng.choice(FIXED)
    if kind < 0.43:
        return "".join(rng.choices(EMOJI, k=rng.randint(1, 3)))
    if kind < 0.52:
        letters = [chr(rng.randint(*RANGES[rng.choice(["latin", "greek", "cyrillic", "hebrew", "indic", "kana", "jamo"])])) for _ in range(rng.randint(1, 3))]
        return "".join(letter + "".join(chr(rng.choice(MARKS)) for _ in range(rng.randint(0, 3))) for letter in letters)
    if kind < 0.62:
        return "".join(rng.choices(SPACES, k=rng.randint(1, 3))) if rng.random() < 0.5 else rng.choice(" \n\t\r") * rng.randint(1, 12)
    if kind < 0.67:
        return chr(rng.randint(0x1100, 0x1112)) + chr(rng.randint(0x1161, 0x1175)) + rng.choice(["", chr(rng.randint(0x11A8, 0x11C2))])
    if kind < 0.71:
        return rng.choice(["a", "ab", "the", "1", "!", "é", "天", "😀", "\u0301", "\u00ad", "<s>"]) * rng.randint(2, 40)
    if kind < 0.74:
        return chr(rng.randint(0xD800, 0xDFFF))
    low, high = RANGES[rng.choice(list(RANGES))]
    return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 6)))


def string(rng):
    return "".join(part(rng) + rng.choice(["", "", " "]) for _ in range(rng.choice([1, 1, 2, 3, 5, 8, 12])))


def long_line(rng):
    """100,000 characters or a little more: of words, of one character, or of everything."""
    kind = rng.randrange(4)
    if kind == 0:
        return " ".join(rng.choices(WORDS, k=18_000))[:100_000]
    if kind == 1:
        return rng.choice(["a", " ", "ab", "天", "é", "!", "\n", "x ", "1"]) * 50_000
    unit = (lambda: string(rng)) if kind == 2 else (lambda: rng.choice(WORDS) + rng.choice(["", " ", "\n"]))
    parts, size = [], 0
    while size < 100_000:
        parts.append(unit())
        size += len(parts[-1])
    return "".join(parts)


def well_formed(text):
    """`text` as Hugging Face's library can take it: halves that make a pair are one character, lone ones U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def strings(seed, count, long_lines=0):
    rng = random.Random(seed)
    texts = ["", *(string(rng) for _ in range(count - long_lines - 1)), *(long_line(rng) for _ in range(long_lines))]
    return [text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") for text in texts]
