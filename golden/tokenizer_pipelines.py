"""tokenizer.json files made by chance from a seed: every type of component with every option, small vocabularies."""

import base64
import random
import struct

from tokenizer_strings import WORDS

# Regular expressions in Oniguruma's syntax, as files have them and as files may have them.
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
PATTERNS = [
    GPT2,
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    r"[\p{L}\p{M}]+|\d|[^\w\s]+|\s+(?=\S)",
    r"(?<=\p{Ll})(?=\p{Lu})|\s+|_",
    r"(?<!\d)\d{1,3}(?=(?:\d{3})*\b)",
    r"\d{3}(?!\d)|\p{Han}|\p{Hiragana}+|\p{Katakana}+|\p{Hangul}{2}",
    r"[[:alpha:]]+|[[:digit:]]{1,2}|[[:punct:]]|[[:space:]]+",
    r"[[:upper:]][[:lower:]]*|[^[:alnum:]]++",
    r"(?i)straße|ǆ|ſ|the|é",
    r"(?i:[a-f]+|[σ-ω]{2}|\x{212a})",
    r"(?x) \s+ # spaces" "\n" r" | \p{P} ",
    r"(?m:a.b)|.{1,4}",
    r"\A\s+|\s+\z|\h{2,4}|\Z",
    r"^\s*|\s*$",
    r"\b\w+?\b|\B.",
    r"(?>a+|ab)b|a*+b|x?+y",
    r"(\p{L})\1|([ab])(c)?\2",
    r"(?<first>\w)\k<first>",
    r"[a-z&&[^aeiou]]+|[^\x00-\x7F]+",
    r"\p{^L}+|\P{N}{2}|\p{Alpha}|\p{Greek}",
    r"\u00e9|\xe9|\x{1F600}|\t|\n|\f",
    r"(?:(?=[a-m])\w|\d)+|(?![\s\S])",
    r"(?<=[.!?])\s|(?<!\S)-",
    r"[\s\S]{3}?|[]a-]+",
    r"\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{So}",
    r"\p{L}+(?:'\p{L}+)*+|\R|\X",
    r" |(?=\p{Lu})|",
    r"a{,2}b|(?:ab){2,}|x{2}+",
    r"\p{sc=Latin}+|\p{Script=Cyrillic}",
    r"\w\S*|\W\s?",
    r"(?s-i:A.)|(?-i)B",
    r"[\w.-]+@[\w-]+\.[\p{L}.]+",
    r"((a|b)*c)+|((?:x+x+)+y)?",
    r"\G\w|\W{3}",
    r"\p{Cn}|\p{Cc}|\p{Co}|\p{Zs}",
    r"\p{Lower}+|\p{Upper}|\p{XDigit}|\p{Graph}",
    r"\Qa|\*",
    r"\D+|\H|\S",
    r"\u{e9}|\o{141}|\cA|\101",
    r"[\b\e\a\t]|[\]\\\-^]",
    r"(?:a|(?<=b)c|\d(?=\d)){2,3}?",
]
LITERALS = [" ", "a", "▁", "ab", ".", "\n", "é", "😀", "the", "", "e\u0301", "  "]
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
BYTE_LEVEL = [chr(b) if 0x21 <= b <= 0x7E or 0xA1 <= b <= 0xFF and b != 0xAD else None for b in range(256)]
BYTE_CHARS = [char or chr(256 + sum(other is None for other in BYTE_LEVEL[:b])) for b, char in enumerate(BYTE_LEVEL)]


def flag(rng):
    return rng.random() < 0.5


def pattern(rng):
    return {"Regex": rng.choice(PATTERNS)} if rng.random() < 0.7 else {"String": rng.choice(LITERALS)}


def normalizer(rng, depth=0):
    kinds = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "BertNormalizer", "Strip", "Prepend", "Replace", "ByteLevel", "Precompiled"]
    kind = rng.choice(kinds + ["Sequence"] * 8 * (depth < 2))
    if kind == "BertNormalizer":
        return {"type": kind, "clean_text": flag(rng), "handle_chinese_chars": flag(rng), "strip_accents": rng.choice([None, True, False]), "lowercase": flag(rng)}
    if kind == "Strip":
        return {"type": kind, "strip_left": flag(rng), "strip_right": flag(rng)}
    if kind == "Prepend":
        return {"type": kind, "prepend": rng.choice(["▁", " ", "ab", "😀"])}
    if kind == "Replace":
        return {"type": kind, "pattern": pattern(rng), "content": rng.choice(["", " ", "▁", "xyz", "é", "😀"])}
    if kind == "Precompiled":
        return {"type": kind, "precompiled_charsmap": rng.choice(CHARSMAPS)}
    if kind == "Sequence":
        return {"type": kind, "normalizers": [normalizer(rng, depth + 1) for _ in range(rng.randint(0, 4))]}
    return {"type": kind}


def metaspace(rng):
    return {"type": "Metaspace", "replacement": rng.choice(["▁", "▁", "▁", "_", "😀"]), "prepend_scheme": rng.choice(["always", "first", "never"]), "split": flag(rng)}


def byte_level(rng):
    return {"type": "ByteLevel", "add_prefix_space": flag(rng), "trim_offsets": flag(rng), "use_regex": flag(rng)}


def pre_tokenizer(rng, depth=0):
    kinds = ["ByteLevel", "Metaspace", "Whitespace", "WhitespaceSplit", "BertPreTokenizer", "CharDelimiterSplit", "Punctuation", "Digits", "UnicodeScripts", "FixedLength"]
    kind = rng.choice(kinds + ["Split"] * 6 + ["Sequence"] * 6 * (depth < 2))
    if kind == "ByteLevel":
        return byte_level(rng)
    if kind == "Metaspace":
        return metaspace(rng)
    if kind == "CharDelimiterSplit":
        return {"type": kind, "delimiter": rng.choice([" ", "a", "▁", "😀", "."])}
    if kind == "Split":
        return {"type": kind, "pattern": pattern(rng), "behavior": rng.choice(BEHAVIORS), "invert": flag(rng)}
    if kind == "Punctuation":
        return {"type": kind, "behavior": rng.choice(BEHAVIORS)}
    if kind == "Digits":
        return {"type": kind, "individual_digits": flag(rng)}
    if kind == "FixedLength":
        return {"type": kind, "length": rng.randint(1, 7)}
    if kind == "Sequence":
        return {"type": kind, "pretokenizers": [pre_tokenizer(rng, depth + 1) for _ in range(rng.randint(0, 3))]}
    return {"type": kind}


def decoder(rng, depth=0):
    kinds = ["ByteLevel", "Metaspace", "WordPiece", "BPEDecoder", "CTC", "ByteFallback", "Fuse", "Strip", "Replace"]
    kind = rng.choice(kinds + ["Sequence"] * 6 * (depth < 2))
    if kind == "ByteLevel":
        return byte_level(rng)
    if kind == "Metaspace":
        return metaspace(rng)
    if kind == "WordPiece":
        return {"type": kind, "prefix": rng.choice(["##", "", "@@", "a"]), "cleanup": flag(rng)}
    if kind == "BPEDecoder":
        return {"type": kind, "suffix": rng.choice(["</w>", "", "e", "@@"])}
    if kind == "CTC":
        return {"type": kind, "pad_token": rng.choice(["<pad>", "a", ""]), "word_delimiter_token": rng.choice(["|", " ", "e"]), "cleanup": flag(rng)}
    if kind == "Strip":
        return {"type": kind, "content": rng.choice([" ", "a", "▁", "é"]), "start": rng.randint(0, 3), "stop": rng.randint(0, 3)}
    if kind == "Replace":
        return {"type": kind, "pattern": pattern(rng), "content": rng.choice(["", " ", "xyz", "😀"])}
    if kind == "Sequence":
        return {"type": kind, "decoders": [decoder(rng, depth + 1) for _ in range(rng.randint(0, 4))]}
    return {"type": kind}


def template(rng, ids):
    def sequence(which, type_id):
        return {"Sequence": {"id": which, "type_id": type_id}}

    def special(type_id):
        return [{"SpecialToken": {"id": token, "type_id": type_id}} for token in rng.choices(list(ids), k=rng.randint(0, 2))]

    single = [*special(0), sequence("A", rng.randint(0, 2)), *special(0)]
    second = [*special(0), sequence("A", 0), *special(0)], [*special(1), sequence("B", rng.randint(0, 2)), *special(1)]
    pair = [piece for part in (second if rng.random() < 0.8 else second[::-1]) for piece in part]
    tokens = {token: {"id": token, "ids": [i, i][: rng.randint(1, 2)], "tokens": [token, token]} for token, i in ids.items()}
    for token in tokens.values():
        token["tokens"] = token["tokens"][: len(token["ids"])]
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens}


def post_processor(rng, ids, depth=0):
    kind = rng.choice(["ByteLevel", "TemplateProcessing", "BertProcessing", "RobertaProcessing"] + ["Sequence"] * 2 * (depth < 1))
    names = list(ids)
    if kind == "ByteLevel":
        return byte_level(rng)
    if kind == "TemplateProcessing":
        return template(rng, ids)
    if kind == "Sequence":
        trim = [byte_level(rng) for _ in range(rng.randint(0, 2))]
        return {"type": kind, "processors": trim + [template(rng, ids) for _ in range(rng.randint(0, 1))]}
    sep, cls = rng.choice(names), rng.choice(names)
    special = {"type": kind, "sep": [sep, ids[sep]], "cls": [cls, ids[cls]]}
    return {**special, "trim_offsets": flag(rng), "add_prefix_space": flag(rng)} if kind == "RobertaProcessing" else special


def symbols(rng, as_bytes):
    """Characters to spell with, and words to make tokens of."""
    if as_bytes:
        return BYTE_CHARS[: rng.choice([256, 256, 200])], ["".join(BYTE_CHARS[b] for b in (" " * flag(rng) + word).encode()) for word in WORDS]
    chars = sorted(set("".join(WORDS)) | set(" ▁.,!?-'0123456789abcdefghijklmnopqrstuvwxyz天今好日本か\u3099\u0301\u1100\u1161\u11a8각👍🏽😀\u200d"))
    rng.shuffle(chars)
    return chars[: int(len(chars) * rng.choice([1, 0.9, 0.6]))], [rng.choice(["", "▁", " "]) + word for word in WORDS]


def merged(rng, chars, words, prefix, suffix, count):
    """Merges learned by chance: neighbours in words, joined again and again."""
    spelled = []
    known = set(chars)
    for word in words:
        units = [prefix * (i > 0) + char + suffix * (i == len(word) - 1) for i, char in enumerate(word)]
        if all(char in known for char in word):
            spelled.append(units)
    vocab = list(dict.fromkeys([*chars, *(prefix + c for c in chars if prefix), *(c + suffix for c in chars if suffix), *(unit for units in spelled for unit in units)]))
    have = set(vocab)
    merges = []
    for _ in range(count):
        units = rng.choice(spelled)
        if len(units) < 2:
            continue
        i = rng.randrange(len(units) - 1)
        left, right = units[i : i + 2]
        new = left + right[len(prefix) :]
        if [left, right] in merges:
            continue
        merges.append([left, right])
        if new not in have:
            have.add(new)
            vocab.append(new)
        for each in spelled:
            at = 0
            while at + 1 < len(each):
                if each[at] == left and each[at + 1] == right:
                    each[at : at + 2] = [new]
                at += 1
    return vocab, merges


SPECIAL = ["<unk>", "<s>", "</s>", "<pad>", "<mask>"]
BYTES = [f"<0x{b:02X}>" for b in range(256)]


def model(rng, as_bytes):
    chars, words = symbols(rng, as_bytes)
    kind = rng.choice(["BPE", "BPE", "BPE", "Unigram", "Unigram", "WordPiece", "WordLevel"])
    fallback = BYTES[: rng.choice([256, 256, 200])] if rng.random() < 0.4 and kind in ("BPE", "Unigram") else []
    if kind == "BPE":
        # With both bytes and affixes, the library's offsets count the affixes and point anywhere.
        prefix, suffix = ("", "") if fallback else rng.choice([("", ""), ("##", ""), ("", "</w>")])
        vocab, merges = merged(rng, chars, words, prefix, suffix, 150)
        tokens = dict.fromkeys([*SPECIAL, *fallback, *vocab])
        if rng.random() < 0.3:
            tokens.update(dict.fromkeys(rng.sample(words, 20)))
        return {
            "type": kind, "dropout": rng.choice([None, None, 0.0, 1.0]), "unk_token": rng.choice([None, "<unk>", "<unk>"]),
            "continuing_subword_prefix": prefix or None, "end_of_word_suffix": suffix or None, "fuse_unk": flag(rng),
            "byte_fallback": bool(fallback), "ignore_merges": flag(rng), "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": merges if flag(rng) or any(" " in a + b for a, b in merges) else [" ".join(pair) for pair in merges],
        }
    pieces = [word[i : i + rng.randint(1, 5)] for word in words for i in range(0, len(word), rng.randint(1, 4))]
    if kind == "Unigram":
        tokens = dict.fromkeys([*SPECIAL, *fallback, *chars, *pieces, *rng.sample(words, 60)])
        return {"type": kind, "unk_id": 0, "vocab": [[token, 0.0 if i < 5 else -rng.randint(100, 1400) / 100] for i, token in enumerate(tokens)], "byte_fallback": bool(fallback)}
    if kind == "WordPiece":
        prefix = rng.choice(["##", "##", "@@", ""])
        tokens = dict.fromkeys([*SPECIAL, *chars, *(prefix + char for char in chars), *words, *(prefix + piece for piece in pieces)])
        return {"type": kind, "unk_token": "<unk>", "continuing_subword_prefix": prefix, "max_input_chars_per_word": rng.choice([100, 100, 5, 20]), "vocab": {token: i for i, token in enumerate(tokens)}}
    return {"type": kind, "vocab": {token: i for i, token in enumerate(dict.fromkeys([*SPECIAL, *words, *chars[:40]]))}, "unk_token": "<unk>"}


def added_tokens(rng, ids):
    size = len(ids)
    contents = [*SPECIAL, *rng.sample(["keepme", "the", "é", " x", "▁the", "😀", "NEW ", "a", "aa", "aaa", "Ünï", "\n\n", "new token", "'s"], rng.randint(0, 6))]
    tokens = []
    # Where two are the same when normalized, or nothing is left of one, the library finds either.
    normalized = rng.choice([content for content in contents if content != "\n\n"])
    # The library panics where one token takes the white space that another begins with.
    strips = 0 if {" x", "\n\n"} & set(contents) else 0.25
    for content in contents:
        special = content in SPECIAL or rng.random() < 0.2
        i = ids.get(content)
        if i is None:
            i, size = size, size + 1
        tokens.append({"id": i, "content": content, "single_word": rng.random() < 0.25, "lstrip": rng.random() < 0.25, "rstrip": rng.random() < strips, "normalized": content == normalized, "special": special})
    return sorted(tokens, key=lambda token: token["id"])


def truncation(rng):
    if rng.random() < 0.85:
        return None
    return {"direction": rng.choice(["Left", "Right"]), "max_length": rng.randint(12, 20), "strategy": "LongestFirst", "stride": rng.randint(0, 3)}


def padding(rng):
    if rng.random() < 0.85:
        return None
    return {"strategy": rng.choice(["BatchLongest", {"Fixed": rng.randint(1, 40)}]), "direction": rng.choice(["Left", "Right"]), "pad_to_multiple_of": rng.choice([None, 8, 5]), "pad_id": 3, "pad_type_id": rng.randint(0, 1), "pad_token": "<pad>"}


def pipeline(seed):
    rng = random.Random(seed)
    cut = pre_tokenizer(rng) if rng.random() < 0.85 else None
    form = normalizer(rng) if rng.random() < 0.7 else None
    as_bytes = '"ByteLevel"' in repr([cut, form]).replace("'", '"') and rng.random() < 0.9
    config = model(rng, as_bytes)
    vocab = config["vocab"]
    ids = {token: i for i, (token, _) in enumerate(vocab)} if isinstance(vocab, list) else vocab
    special = {token: ids[token] for token in SPECIAL}
    return {
        "version": "1.0", "truncation": truncation(rng), "padding": padding(rng), "added_tokens": added_tokens(rng, ids),
        "normalizer": form, "pre_tokenizer": cut, "post_processor": post_processor(rng, special) if rng.random() < 0.7 else None,
        "decoder": decoder(rng) if rng.random() < 0.85 else None, "model": config,
    }


def charsmap(rules):
    """A SentencePiece table: a double-array trie (darts-clone) from UTF-8 to offsets of zero-terminated texts."""
    texts, keys = b"", {}
    for source, target in rules.items():
        keys[source.encode()] = len(texts)
        texts += target.encode() + b"\0"
    units, used = [0] * 256, {0}

    def place(node, prefix):
        below = sorted({key[len(prefix)] for key in keys if key.startswith(prefix) and len(key) > len(prefix)})
        labels = ([0] if prefix in keys else []) + below
        base = next(base for base in range(1, 1 << 20) if all(base ^ label not in used for label in labels) and base not in bases)
        bases.add(base)
        units.extend([0] * (max(base ^ label for label in labels) + 1 - len(units)))
        offset = node ^ base
        assert offset < 1 << 21
        units[node] |= offset << 10 | (0x100 if prefix in keys else 0)
        for label in labels:
            used.add(base ^ label)
        for label in labels:
            if label == 0:
                units[base] = keys[prefix] | 0x80000000
            else:
                units[base ^ label] |= label
                place(base ^ label, prefix + bytes([label]))

    bases = {0}
    place(0, b"")
    trie = struct.pack(f"<{len(units)}I", *units)
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + texts).decode()


CHARSMAPS = [
    charsmap({"e\u0301": "é", "ﬁ": "fi", "ﬃ": "ffi", "½": "1\u20442", "\t": " ", "\n": " ", "\u3000": " ", "\u00ad": "", "か\u3099": "が", "か": "カ", "ß": "ss", "👍🏽": "👍", "①": "1"}),
]
