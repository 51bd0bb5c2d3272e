"""Writes what Hugging Face's WordLevelTrainer, WordPieceTrainer and UnigramTrainer learn, for the tests of @qkv/tokenizers.

Run: python golden/make_tokenizer_training.py

Each file holds, for several sets of options, what is learned from `corpus.txt` (a text of this project's own).

Hugging Face reads the words out of a hash map in an order that changes from run to run. The goldens hold what that order
does not decide, which twenty runs in one process, each with a hash of its own, must agree on.
"""

import json
from importlib.metadata import version
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

OUT = Path(__file__).parent.parent / "packages" / "tokenizers" / "test" / "golden"
CORPUS = (OUT / "corpus.txt").read_text(encoding="utf-8").splitlines()
# Beyond the Basic Multilingual Plane, code points and UTF-16 units have different orders.
ASTRAL = ["\U0001f600 \uff21 \U00010400 \ufffd z", "a b c </s> <unk>"]
SPECIAL = ["</s>", "<unk>", "<pad>"]


def train(model, trainer, pre_tokenizer, normalizer=None, corpus=CORPUS + ASTRAL):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator(corpus, trainer)
    return json.loads(tokenizer.to_str())


def write(name, trainings):
    content = {"versions": {"tokenizers": version("tokenizers")}, "texts": CORPUS + ASTRAL, "trainings": trainings}
    text = json.dumps(content, ensure_ascii=True)
    (OUT / f"{name}.json").write_text(text + "\n")
    print(f"{name}: {len(text)} bytes")


WORD_LEVEL = {
    "all": {"special_tokens": SPECIAL},
    "small": {"vocab_size": 40, "special_tokens": SPECIAL},
    "frequent": {"min_frequency": 3},
    "no room for the special tokens": {"vocab_size": 2, "special_tokens": SPECIAL},
}


def word_level():
    trainings = {}
    for name, options in WORD_LEVEL.items():
        trainer = trainers.WordLevelTrainer(show_progress=False, **options)
        trained = train(models.WordLevel(unk_token="<unk>"), trainer, pre_tokenizers.WhitespaceSplit(), normalizers.Lowercase())
        trainings[name] = {"options": options, "vocab": trained["model"]["vocab"], "added": trained["added_tokens"]}
    write("training-word-level", trainings)


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORD_PIECE = {
    "all": {},
    "small": {"vocab_size": 250},
    "frequent": {"min_frequency": 3},
    "prefix": {"continuing_subword_prefix": "@@", "vocab_size": 300},
    "suffix": {"end_of_word_suffix": "</w>", "vocab_size": 350},
    "alphabet": {"limit_alphabet": 23, "initial_alphabet": ["%", "&&", "$"], "vocab_size": 200},
    "no merges": {"vocab_size": 1},
}


def word_piece():
    def once(options):
        trainer = trainers.WordPieceTrainer(show_progress=False, **options)
        normalizer = normalizers.BertNormalizer()
        return train(models.WordPiece(unk_token="[UNK]"), trainer, pre_tokenizers.BertPreTokenizer(), normalizer)["model"]["vocab"]

    def add(name, options, in_order):
        vocab = once(options)
        form = dict if in_order else set
        assert all(form(once(options)) == form(vocab) for _ in range(20)), name
        settled = vocab if in_order else dict.fromkeys(sorted(vocab), 0)
        trainings[name] = {"options": options, "vocab": settled, "inOrder": in_order}

    trainings = {}
    for name, options in WORD_PIECE.items():
        # As special tokens, characters have their ids before any word is read, which settles every tie.
        prefix, suffix = options.get("continuing_subword_prefix", "##"), options.get("end_of_word_suffix", "")
        chars = [token for token in once({**options, "vocab_size": 1}) if len(token.removeprefix(prefix).removesuffix(suffix)) == 1]
        add(name, {"special_tokens": BERT + sorted(chars), **options}, True)
    add("in any order", {"special_tokens": BERT, "min_frequency": 12}, False)
    add("no merges in any order", {"vocab_size": 1}, False)
    write("training-word-piece", trainings)


UNIGRAM = {
    "words": ("words", {"vocab_size": 160, "special_tokens": SPECIAL, "unk_token": "<unk>"}),
    "everything": ("words", {"vocab_size": 1000, "special_tokens": SPECIAL, "unk_token": "<unk>"}),
    "texts": ("texts", {"vocab_size": 180, "special_tokens": SPECIAL, "unk_token": "<unk>"}),
    "an unknown token of its own": ("words", {"vocab_size": 170, "special_tokens": ["</s>"], "unk_token": "[UNK]"}),
    "no unknown token": ("words", {"vocab_size": 200}),
    "shrinking": ("words", {"vocab_size": 150, "shrinking_factor": 0.5, "n_sub_iterations": 3}),
    "slowly": ("texts", {"vocab_size": 190, "shrinking_factor": 0.95, "n_sub_iterations": 1}),
    "short pieces": ("texts", {"vocab_size": 180, "max_piece_length": 3}),
    "alphabet": ("words", {"vocab_size": 180, "initial_alphabet": ["%", "&&", "\U0001f680"]}),
}


def unigram():
    trainings = {}
    for name, (cut, options) in UNIGRAM.items():
        def once():
            trainer = trainers.UnigramTrainer(show_progress=False, **options)
            metaspace = pre_tokenizers.Metaspace(split=cut == "words")
            return train(models.Unigram(), trainer, metaspace, normalizers.NFKC())["model"]

        model = once()
        vocab = dict(map(tuple, model["vocab"]))
        # Characters that are not worth a score of their own share a few, which each gets which one changes.
        unsettled = set()
        for _ in range(20):
            again = dict(map(tuple, once()["vocab"]))
            assert set(vocab) == set(again), (name, set(vocab) ^ set(again))
            unsettled |= {token for token in vocab if abs(vocab[token] - again[token]) > 1e-9}
        trainings[name] = {"cut": cut, "options": options, "model": model, "unsettled": sorted(unsettled)}
    write("training-unigram", trainings)


if __name__ == "__main__":
    word_level()
    word_piece()
    unigram()
