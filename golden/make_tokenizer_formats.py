"""Writes the golden files of @qkv/tokenizers about truncation, padding, words and formats other than tokenizer.json.

Run: python golden/make_tokenizer_formats.py (after make_tokenizers.py, whose tokenizers it takes)

`settings.json` holds what Hugging Face tokenizers makes of texts under the `truncation` and `padding` of a
tokenizer.json; `sentencepiece.json` small SentencePiece models and what SentencePiece makes of texts; `marian.json` the
same of transformers' MarianTokenizer, `m2m100.json` of its M2M100Tokenizer, `siglip.json` of its SiglipTokenizer; `tiktoken.json`
the same of tiktoken.
"""

import base64
import io
import json
import tempfile
from importlib.metadata import version
from pathlib import Path

import sentencepiece
import tiktoken
from make_tokenizers import CORPUS, LLAMA3
from make_tokenizers import OUT as GOLDEN
from make_tokenizers import TEXTS as TRICKY
from make_tokenizers import utf16
from tiktoken._educational import bpe_train
from transformers import M2M100Tokenizer, MarianTokenizer, SiglipTokenizer
from tokenizers import Tokenizer

OUT = GOLDEN / "formats"
VERSIONS = {name: version(name) for name in ("tokenizers", "sentencepiece", "transformers", "tiktoken")}

TEXTS = ["the cat sat on the mat 😀 today", "a", "the 😀"]
PAIRS = [("the cat sat on the mat", "a cat"), ("a cat", "the 😀 cat sat on the mat"), ("the cat sat on", "the cat sat on it")]
WORDS = [(["the", "ca😀t ", "", " sat"], None), (["the", "cat"], ["a", "mat"])]


def truncation(max_length, strategy="LongestFirst", stride=0, direction="Right"):
    return {"max_length": max_length, "strategy": strategy, "stride": stride, "direction": direction}


def padding(strategy, direction="Right", multiple=None):
    return {
        "strategy": strategy,
        "direction": direction,
        "pad_to_multiple_of": multiple,
        "pad_id": 2,
        "pad_type_id": 1,
        "pad_token": "<pad>",
    }


# Truncation and padding, and which of the texts.
SETTINGS = [
    (truncation(8), None, TEXTS),
    (truncation(7, stride=2), padding("BatchLongest"), TEXTS),
    (truncation(9, stride=3, direction="Left"), padding({"Fixed": 12}, "Left"), TEXTS),
    (None, padding("BatchLongest", multiple=8), TEXTS),
    (None, padding({"Fixed": 4}, "Left", 3), TEXTS),
    (truncation(2), None, TEXTS),
    (truncation(12), None, PAIRS),
    (truncation(11, stride=1), padding({"Fixed": 13}), PAIRS),
    (truncation(12, stride=1, direction="Left"), None, PAIRS),
    (truncation(20, "OnlyFirst", 1), None, PAIRS[:1]),
    (truncation(20, "OnlySecond", 1), None, PAIRS[1:2]),
    (None, None, WORDS),
    (truncation(9, stride=1), padding({"Fixed": 10}), WORDS),
]


def positions(text):
    if text is None:
        return None
    return [utf16(word) for word in text] if isinstance(text, list) else utf16(text)


def encoding(encoded, given, main=True):
    """Offsets in UTF-16 positions, of words in each word."""
    offsets = []
    maps = [positions(text) for text in given]
    for special, side, word, (start, end) in zip(
        encoded.special_tokens_mask, encoded.sequence_ids, encoded.word_ids, encoded.offsets
    ):
        if not main and given[1] is not None:
            offsets.append(None)  # parts that were cut off do not tell their side
            continue
        if special or side is None or (word is None and isinstance(given[side], list)):
            offsets.append([start, end])
            continue
        to = maps[side][word] if isinstance(given[side], list) else maps[side]
        offsets.append([to[start], to[end]])
    facts = {
        "ids": encoded.ids,
        "tokens": encoded.tokens,
        "offsets": offsets,
        "wordIds": encoded.word_ids,
        "specialTokensMask": encoded.special_tokens_mask,
        "attentionMask": encoded.attention_mask,
    }
    if not main:
        return facts
    return {
        **facts,
        "typeIds": encoded.type_ids,
        "sequenceIds": encoded.sequence_ids,
        "overflow": [encoding(part, given, False) for part in encoded.overflowing],
    }


def looked_up(encoded, text):
    """The token at each character's UTF-16 position, and the characters of each token."""
    to = utf16(text)
    return {
        "charToToken": [[to[i], encoded.char_to_token(i)] for i in range(len(text))],
        "tokenToChars": [
            None if chars is None else [to[chars[0]], to[chars[1]]]
            for chars in (encoded.token_to_chars(i) for i in range(len(encoded.ids)))
        ],
    }


def settings():
    cases = []
    for name in ("bert", "roberta", "gpt2", "shipped"):
        config = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))["tokenizer"]
        for cut, pad, inputs in SETTINGS:
            tokenizer = Tokenizer.from_str(json.dumps({**config, "truncation": cut, "padding": pad}))
            given = [text if isinstance(text, tuple) else (text, None) for text in inputs]
            words = isinstance(given[0][0], list)
            batch = [text if pair is None else (text, pair) for text, pair in given]
            paired = any(pair is not None for _, pair in given)
            encoded = (
                [tokenizer.encode(text, pair, is_pretokenized=words) for text, pair in given]
                if paired
                else tokenizer.encode_batch(batch, is_pretokenized=words)
            )
            cases.append(
                {
                    "tokenizer": name,
                    "truncation": cut,
                    "padding": pad,
                    "texts": given,
                    "expected": [encoding(each, texts) for each, texts in zip(encoded, given)],
                    "lookUps": [] if words or paired else [looked_up(each, text) for each, (text, _) in zip(encoded, given)],
                }
            )
    write("settings", {"cases": cases})


# Replacements, as SentencePiece's own tables have them: code points in hexadecimal.
RULES = {"e\u0301": "é", "ﬁ": "fi", "ﬃ": "ffi", "½": "1\u20442", "\t": " ", "\n": " ", "\r": " ", "\u3000": " ", "\u00ad": "", "か\u3099": "が", "か": "カ"}

PIECES = {
    "unigram": {"model_type": "unigram", "byte_fallback": True, "user_defined_symbols": ["<sep>", "[MASK]", "keep"]},
    "unigram-plain": {"model_type": "unigram", "normalization_rule_name": "identity", "remove_extra_whitespaces": False},
    "bpe-bytes": {"model_type": "bpe", "byte_fallback": True, "remove_extra_whitespaces": False},
    "unigram-suffix": {"model_type": "unigram", "treat_whitespace_as_suffix": True},
    "bpe-suffix": {"model_type": "bpe", "treat_whitespace_as_suffix": True, "byte_fallback": True, "remove_extra_whitespaces": False},
    "bpe": {"model_type": "bpe", "user_defined_symbols": ["<sep>", "keepme"], "add_dummy_prefix": False},
    "unigram-ties": {"model_type": "unigram", "treat_whitespace_as_suffix": True, "user_defined_symbols": ["!!", "...", "▁a", "the"]},
}
OTHERS = ["a<sep>b <sep> keepme", " x  ▁▁ y ▁", "the<sep>", "e\u0301\u0301 ½ か か\u3099"]
SENTENCES = [text for text in TRICKY if not any(token in text for token in ("<unk>", "<s>", "</s>"))]
SENTENCES += [*OTHERS[:2], "aaaaaaaaaaaa", *OTHERS[2:]]
# A text that spells control pieces, and what a sum of single precision decides.
SPELLINGS = [*TRICKY, *OTHERS, "▁▁▁"]
SPELLINGS += [char * count for char in ("a", "!", ".", "at", "the ") for count in (12, 23, 57)]


def train(options, replaced=RULES):
    """A SentencePiece model of the corpus, as bytes."""
    written = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as rules:
        for source, target in replaced.items():
            rules.write("\t".join(" ".join(f"{ord(char):X}" for char in text) for text in (source, target)) + "\n")
        rules.flush()
        normalization = {} if "normalization_rule_name" in options else {"normalization_rule_tsv": rules.name}
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS),
            model_writer=written,
            vocab_size=420 if options.get("byte_fallback") else 160,
            hard_vocab_limit=False,
            character_coverage=0.99,
            minloglevel=2,
            **normalization,
            **options,
        )
    return written.getvalue()


def sentence_pieces():
    models = []
    for name, options in PIECES.items():
        model = train(options)
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        cases = []
        for text in SPELLINGS:
            ids = processor.encode(text)
            known = processor.unk_id() not in ids  # what stands for an unknown token is another matter
            cases.append({"text": text, "ids": ids, "decoded": processor.decode(ids) if known else None})
        models.append({"name": name, "model": base64.b64encode(model).decode(), "cases": cases})
    write("sentencepiece", {"models": models})


# Known, unknown, and what only looks like one.
LANGUAGE_CODES = [
    ">>fr<< the cat", ">>fr<<the cat", ">>xx<< the cat", ">>fr cat<< the cat", ">>FR<< cat", ">><< cat", ">>>fr<< cat",
    ">>fr<<", ">>fr< the cat", ">> fr << the", ">>fr<< >>fr<< the cat", " >>fr<< the cat", "the >>fr<< cat",
    "\n>>fr<< cat", ">>f\nr<< cat", "a</s>>>fr<< the", "a</s>>>xx<< the",
]


def marian():
    """Vocabulary and pieces disagree, as in real models: each has what the other has not."""
    model = train({"model_type": "unigram"})
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pieces = [processor.id_to_piece(i) for i in range(3, processor.get_piece_size())]
    tokens = ["</s>", "<unk>", *sorted(pieces)[::-1][: len(pieces) - 6], "😀", "天气", ">>fr<<", "<pad>"]
    vocab = {token: i for i, token in enumerate(tokens)}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("source.spm", "target.spm"):
            (Path(folder) / name).write_bytes(model)
        (Path(folder) / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
        tokenizer = MarianTokenizer.from_pretrained(folder, source_lang="en", target_lang="fr")
        cases = []
        for text in [*SENTENCES, "a</s>b <unk> c", *LANGUAGE_CODES]:
            ids = tokenizer(text).input_ids
            decoded = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            cases.append({"text": text, "ids": ids, "decoded": decoded})
        two = two_vocabularies(Path(folder), tokens)
    write("marian", {"spm": base64.b64encode(model).decode(), "vocab": vocab, "cases": cases, "two": two})


def two_vocabularies(folder, tokens):
    """The same source beside a target with pieces and ids of its own, and a language code that means nothing there."""
    model = train({"model_type": "bpe"})
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pieces = [processor.id_to_piece(i) for i in range(3, processor.get_piece_size())]
    # The special tokens have the same ids on both sides, since transformers looks for them in the source's vocabulary.
    target = ["</s>", "<unk>", *sorted(pieces), ">>es<<"]
    target = [*target[: len(tokens) - 1], "<pad>", *target[len(tokens) - 1 :]]
    vocab = {token: i for i, token in enumerate(target)}
    (folder / "target.spm").write_bytes(model)
    (folder / "target_vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    tokenizer = MarianTokenizer.from_pretrained(folder, source_lang="en", target_lang="fr", separate_vocabs=True)
    cases = []
    for text in ["the cat sat on the mat", ">>fr<< the cat", ">>es<< the cat", "天气 😀", "a</s>b"]:
        target_ids = tokenizer(text_target=text).input_ids
        decoded = tokenizer.decode(target_ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        cases.append({"text": text, "ids": tokenizer(text).input_ids, "targetIds": target_ids, "decoded": decoded})
    return {"spm": base64.b64encode(model).decode(), "vocab": vocab, "cases": cases}


def m2m100():
    """Ids of languages follow on those of vocab.json, which has others than the pieces."""
    model = train({"model_type": "bpe"})
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pieces = [processor.id_to_piece(i) for i in range(3, processor.get_piece_size())]
    vocab = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *sorted(pieces)[3:], "天气"])}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sentencepiece.bpe.model").write_bytes(model)
        (Path(folder) / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
        cases = []
        for language in ("en", "fr"):
            files = [str(Path(folder) / name) for name in ("vocab.json", "sentencepiece.bpe.model")]
            tokenizer = M2M100Tokenizer(*files, src_lang=language)
            texts = [*SENTENCES, "a</s>b <unk> c", "a __fr__ b", "", ">>fr<< the cat"]
            cases += [{"language": language, "text": text, "ids": tokenizer(text).input_ids} for text in texts]
    write("m2m100", {"spm": base64.b64encode(model).decode(), "vocab": vocab, "cases": cases})


CAPTIONS = ["A photo of 2 cats.", " The  Cat, sat. ", "", "...", "a_b (c) 'x'", "a ▁b", "é É 漢字 <x>", "  two  spaces\n\ttab 123 I'm", "the cat</s> sat", "don't - stop!"]


def siglip():
    """Captions without punctuation; real maps of characters make the mark of a space a space."""
    models = []
    for lower, spaces in ((True, True), (False, True), (True, False)):
        options = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1} | ({} if spaces else {"normalization_rule_name": "identity"})
        rules = {**RULES, "▁": " "} if spaces else RULES
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "spiece.model").write_bytes(train({"model_type": "unigram", **options}, rules))
            tokenizer = SiglipTokenizer.from_pretrained(folder, do_lower_case=lower)
            cases = [{"text": text, "ids": tokenizer(text).input_ids} for text in CAPTIONS]
            model = base64.b64encode((Path(folder) / "spiece.model").read_bytes()).decode()
        models.append({"model": model, "config": {"tokenizer_class": "SiglipTokenizer", "do_lower_case": lower}, "cases": cases})
    write("siglip", {"models": models})


def ranks():
    """A rank file, which holds no pattern and no special tokens, and these beside it."""
    learned = bpe_train("\n".join(CORPUS), 400, LLAMA3, visualise=None)
    special = {"<|end|>": 400}
    encoding = tiktoken.Encoding("small", pat_str=LLAMA3, mergeable_ranks=learned, special_tokens=special)
    lines = [f"{base64.b64encode(token).decode()} {rank}" for token, rank in learned.items()]
    cases = []
    for text in [*TRICKY, "a<|end|>b", "the the<|end|>"]:
        ids = encoding.encode(text, allowed_special="all")
        cases.append({"text": text, "ids": ids, "decoded": None if 400 in ids else encoding.decode(ids)})
    write("tiktoken", {"ranks": "\n".join(lines) + "\n", "pattern": LLAMA3, "special": special, "cases": cases})


def write(name, content):
    OUT.mkdir(exist_ok=True)
    text = json.dumps({"versions": VERSIONS, **content}, ensure_ascii=True)
    (OUT / f"{name}.json").write_text(text.replace('{"tokenizer"', '\n{"tokenizer"') + "\n")
    print(f"{name}: {len(text)} bytes")


if __name__ == "__main__":
    settings()
    sentence_pieces()
    marian()
    m2m100()
    siglip()
    ranks()
