"""Writes the golden files that the parity tests of @qkv/tokenizers read.

Run: python golden/make_tokenizers.py

Each `NAME.json` holds a tokenizer.json (small, of one kind of pipeline each) and what Hugging Face tokenizers makes of
tricky texts: ids, tokens, type ids, special-token mask, word ids, offsets and the decoded text. Offsets are converted
from Python's code points to UTF-16 positions. `training.json` holds what BpeTrainer learns from `corpus.txt`, a text of
this project's own, with several sets of options.

Every text keeps to characters that Unicode had by version 8: younger ones are letters or marks to one library and
unassigned to another.
"""

import json
from importlib.metadata import version
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUT = Path(__file__).parent.parent / "packages" / "tokenizers" / "test" / "golden"
VERSIONS = {"tokenizers": version("tokenizers")}
CORPUS = (OUT / "corpus.txt").read_text(encoding="utf-8").splitlines()

TEXTS = [
    "", " ", "   ", "\n", "\t\n \r\n", "a", "Hello, world!", "  two  spaces   three ", "trailing space ",
    "l'homme qu'il n'a pas vu", "I'm sure we'll don't CAN'T", "élève naïve", "e\u0301le\u0300ve nai\u0308ve",
    "A\u030a \u212b Å", "ﬁne ﬃ ½ ① Ⅻ ™ …", "a\u0323\u0308 a\u0308\u0323 ạ̈", "ΑΣ ΟΔΟΣ Σ", "İstanbul ISTANBUL ı",
    "Straße STRASSE ẞ", "今天天气很好。", "日本語のテスト、カタカナ", "한국어 각 \u1100\u1161\u11a8", "ガ ｶﾞ が か\u3099",
    "مرحبا بالعالم", "שלום עולם", "สวัสดีชาวโลก", "हिन्दी में", "👩‍👩‍👧‍👦 family", "👍🏽🇫🇷😀☕️", "mixed😀text😀", "\x00\x01 control \x7f\x1b",
    "\ufeffbom \u200bzero \u200d joiner \u00adsoft", "narrow\u202fno-break\u00a0space\u3000wide\u2003em", "\u0085next\u2028line\u2029par",
    "\ufffd replaced", "1234567 3.14 10,000 ٣٤٥ ²³", "snake_case camelCase HTML5 x2y", "http://a.b/c?d=e&f#g", "!?!?...---===", "\"quoted\" (bracketed) {x} [y]",
    "<unk> </s> <pad> text", "a</s>b </s> c", "[MASK] x[MASK] y [MASK]z", "  <mask>  <mask>", "keepme keepmeout xkeepme keepme!",
    "▁visible ▁ spaces", "Ġ and Ċ", "<0x41> <0x00>", "##ing ##", "word" * 40, "ab" * 70 + " " + "abc" * 50, "the cat sat on the mat the cat",
]
PAIRS = [("Hello there", "General 😀"), ("", "b"), ("élève", ""), ("a </s>", "  two  ")]

SPECIAL = ["</s>", "<unk>", "<pad>"]
WORDS = r"\s?\p{L}+'?|\s?\p{N}+|\s?[^\s\p{L}\p{N}]+|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())


def bpe(vocab_size=420, unk=None, trainer=None, **parts):
    """A BPE tokenizer with the given parts, trained on the corpus."""
    model = parts.pop("model", None) or models.BPE(unk_token=unk)
    tokenizer = Tokenizer(model)
    for name in ("normalizer", "pre_tokenizer", "decoder"):
        if name in parts:
            setattr(tokenizer, name, parts[name])
    options = {"special_tokens": SPECIAL, "show_progress": False, **(trainer or {})}
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=vocab_size, **options))
    return tokenizer


def shipped(prepend):
    """The pipeline of the translation models."""
    forms = [normalizers.NFC()] + ([normalizers.Prepend(" ")] if prepend else [])
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer = bpe(
        normalizer=normalizers.Sequence(forms),
        pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(WORDS), "isolated"), byte_level]),
        decoder=decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)]) if prepend else decoders.ByteLevel(),
        trainer={"initial_alphabet": BYTES} if prepend else None,
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B:1 </s>:1", special_tokens=[("</s>", 0)]
    )
    return tokenizer


def gpt2():
    tokenizer = bpe(
        pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=True),
        decoder=decoders.ByteLevel(),
        trainer={"initial_alphabet": BYTES},
    )
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    return tokenizer


def roberta():
    tokenizer = bpe(
        pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=False),
        decoder=decoders.ByteLevel(),
        trainer={"initial_alphabet": BYTES},
    )
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 0), ("<pad>", 2), trim_offsets=True, add_prefix_space=False)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, rstrip=True, normalized=False)])
    return tokenizer


def llama3():
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer = bpe(
        pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"), byte_level]),
        decoder=decoders.ByteLevel(),
        trainer={"initial_alphabet": BYTES},
    )
    config = json.loads(tokenizer.to_str())
    config["model"]["ignore_merges"] = True
    config["model"]["merges"] = config["model"]["merges"][::2]  # some words are in the vocabulary, and no merges lead there
    config["model"]["merges"] = reachable(config["model"])
    return Tokenizer.from_str(json.dumps(config))


def reachable(model):
    return [[a, b] for a, b in model["merges"] if a in model["vocab"] and b in model["vocab"] and a + b in model["vocab"]]


def llama2():
    """SentencePiece's BPE: no pre-tokenizer, bytes for what is unknown."""
    tokenizer = bpe(
        unk="<unk>",
        normalizer=normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
        pre_tokenizer=pre_tokenizers.Split("▁", "merged_with_next"),
        trainer={"special_tokens": SPECIAL + [f"<0x{byte:02X}>" for byte in range(256)]},
        vocab_size=520,
    )
    config = json.loads(tokenizer.to_str())
    config["model"].update(byte_fallback=True, fuse_unk=True)
    config["pre_tokenizer"] = None
    config["added_tokens"] = config["added_tokens"][:3]
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    tokenizer = Tokenizer.from_str(json.dumps(config))
    tokenizer.decoder = decoders.Sequence(steps)
    return tokenizer


def affixed(tokenizer, prefix="", suffix=""):
    """The tokenizer with every merge for the middle and the end of a word as well.

    BpeTrainer can do this itself, but then the ids, and with them the ties, differ from run to run.
    """
    config = json.loads(tokenizer.to_str())
    model = config["model"]
    special = {token["content"] for token in config["added_tokens"]}
    tokens = [token for token in model["vocab"] if token not in special]
    affixed = [prefix + token + suffix for token in tokens]
    model["vocab"] = {token: i for i, token in enumerate([*special_order(config), *tokens, *affixed])}
    model["merges"] = [
        merge
        for a, b in model["merges"]
        for merge in ([[a, prefix + b], [prefix + a, prefix + b]] if prefix else [[a, b], [a, b + suffix]])
    ]
    model["continuing_subword_prefix"] = prefix or None
    model["end_of_word_suffix"] = suffix or None
    return Tokenizer.from_str(json.dumps(config))


def special_order(config):
    return [token["content"] for token in sorted(config["added_tokens"], key=lambda token: token["id"])]


def clip():
    tokenizer = bpe(
        normalizer=normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]),
        pre_tokenizer=pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(r"'s|'t|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        ),
        decoder=decoders.BPEDecoder("</w>"),
        unk="<unk>",
    )
    tokenizer = affixed(tokenizer, suffix="</w>")
    tokenizer.post_processor = processors.BertProcessing(("</s>", 0), ("<pad>", 2))
    return tokenizer


def characters():
    """Plain BPE with unknown characters dropped: what that does to offsets is the reference's own affair."""
    return bpe(
        normalizer=normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Strip()]),
        pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)]),
        trainer={"limit_alphabet": 30, "max_token_length": 5},
        decoder=decoders.Fuse(),
    )


def metaspace(scheme, split):
    tokenizer = bpe(
        unk="<unk>",
        normalizer=normalizers.NFKC(),
        pre_tokenizer=pre_tokenizers.Metaspace(prepend_scheme=scheme, split=split),
        decoder=decoders.Metaspace(prepend_scheme=scheme, split=split),
        vocab_size=360,
    )
    tokenizer.add_tokens([AddedToken("keepme", single_word=True, normalized=True)])
    return tokenizer


def bert():
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = bpe(normalizer=normalizers.BertNormalizer(), pre_tokenizer=pre_tokenizers.BertPreTokenizer(), vocab_size=200)
    tokens = [token for _, token in sorted((i, token) for token, i in words.get_vocab().items() if token not in SPECIAL)]
    vocab = {token: i for i, token in enumerate(special + tokens + [f"##{token}" for token in tokens])}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.add_special_tokens(special)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def unigram(byte_fallback):
    """A Unigram model over BPE's tokens: what UnigramTrainer finds differs from run to run."""
    spaces = pre_tokenizers.Metaspace()
    words = bpe(normalizer=normalizers.NFKC(), pre_tokenizer=spaces, vocab_size=300)
    tokens = [token for _, token in sorted((i, token) for token, i in words.get_vocab().items())]
    vocab = [(token, 0.0 if i < 3 else round(-9 + i % 50 * 0.07 + len(token) * 0.31, 2)) for i, token in enumerate(tokens)]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=1))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = spaces
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(SPECIAL)
    config = json.loads(tokenizer.to_str())
    if byte_fallback:
        config["model"]["byte_fallback"] = True
        config["model"]["vocab"] += [[f"<0x{byte:02X}>", -10.0] for byte in range(256)]
        config["decoder"] = {
            "type": "Sequence",
            "decoders": [{"type": "ByteFallback"}, json.loads(decoders.Metaspace().__getstate__())],
        }
    return Tokenizer.from_str(json.dumps(config))


def word_level():
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("merged_with_previous"), pre_tokenizers.Digits()]
    )
    tokenizer.train_from_iterator(CORPUS, trainers.WordLevelTrainer(vocab_size=90, special_tokens=SPECIAL, show_progress=False))
    return tokenizer


def delimiters():
    """The rarer pre-tokenizers, on a vocabulary of characters."""
    tokenizer = bpe(
        unk="<unk>",
        pre_tokenizer=pre_tokenizers.Sequence(
            [pre_tokenizers.CharDelimiterSplit(" "), pre_tokenizers.Split("a", "contiguous"), pre_tokenizers.FixedLength(3)]
        ),
    )
    tokenizer = affixed(tokenizer, prefix="@@")
    tokenizer.decoder = decoders.CTC(pad_token="<pad>", word_delimiter_token="|")
    return tokenizer


TOKENIZERS = {
    "shipped": lambda: shipped(True),
    "shipped-without-prefix": lambda: shipped(False),
    "gpt2": gpt2,
    "roberta": roberta,
    "llama3": llama3,
    "llama2": llama2,
    "clip": clip,
    "characters": characters,
    "metaspace-always": lambda: metaspace("always", True),
    "metaspace-first": lambda: metaspace("first", False),
    "metaspace-never": lambda: metaspace("never", True),
    "bert": bert,
    "unigram": lambda: unigram(False),
    "unigram-bytes": lambda: unigram(True),
    "word-level": word_level,
    "delimiters": delimiters,
}

# Each with byte-level words and the words of the shipped models.
TRAININGS = {
    "plain": {},
    "small": {"vocab_size": 120},
    "frequent": {"vocab_size": 2000, "min_frequency": 3},
    "special": {"vocab_size": 300, "special_tokens": SPECIAL + ["the"]},
    "alphabet": {"vocab_size": 400, "initial_alphabet": BYTES},
    "short": {"vocab_size": 500, "max_token_length": 4},
}


def utf16(text):
    """The UTF-16 position of every code point, and of the end."""
    positions = [0]
    for char in text:
        positions.append(positions[-1] + (2 if ord(char) > 0xFFFF else 1))
    return positions


def case(tokenizer, text, pair=None, special=True):
    encoding = tokenizer.encode(text, pair, add_special_tokens=special)
    positions = [utf16(text), utf16(pair or "")]
    return {
        "text": text,
        **({"pair": pair} if pair is not None else {}),
        "special": special,
        "ids": encoding.ids,
        "tokens": encoding.tokens,
        "offsets": [
            [positions[side or 0][start], positions[side or 0][end]]
            for side, (start, end) in zip(encoding.sequence_ids, encoding.offsets)
        ],
        "typeIds": encoding.type_ids,
        "specialTokensMask": encoding.special_tokens_mask,
        "wordIds": encoding.word_ids,
        "decoded": tokenizer.decode(encoding.ids) if encoding.ids else "",
        "decodedWithSpecials": tokenizer.decode(encoding.ids, skip_special_tokens=False) if encoding.ids else "",
    }


def write(name, content):
    text = json.dumps({"versions": VERSIONS, **content}, ensure_ascii=True, sort_keys=False)
    (OUT / f"{name}.json").write_text(text.replace('{"text"', '\n{"text"') + "\n")
    print(f"{name}: {len(text)} bytes")


def main():
    for name, make in TOKENIZERS.items():
        tokenizer = make()
        cases = [case(tokenizer, text, special=i % 3 != 0) for i, text in enumerate(TEXTS)]
        cases += [case(tokenizer, text, pair) for text, pair in PAIRS]
        write(name, {"tokenizer": json.loads(tokenizer.to_str()), "cases": cases})

    trainings = {}
    for name, options in TRAININGS.items():
        tokenizer = Tokenizer(models.BPE())
        byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(WORDS), "isolated"), byte_level])
        tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(show_progress=False, **options))
        model = json.loads(tokenizer.to_str())["model"]
        trainings[name] = {"options": options, "vocab": model["vocab"], "merges": model["merges"]}
    write("training", {"trainings": trainings})


if __name__ == "__main__":
    main()
