"""Makes folders with a tokenizer at random, with what transformers' AutoTokenizer makes of texts there.

Run: python golden/random_tokenizers.py OUT --seed 1 --count 300
     npx tsx --conditions=@qkv/source packages/tokenizers/test/randomTokenizers.ts OUT

Each folder holds a small vocabulary of a class that QKV knows, as a tokenizer.json or in the files that older versions wrote,
and beside it `config.json`, `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` whose fields are drawn by
chance: classes that do not fit, tokens that contradict each other, fields that the class makes its tokenizer of and others that
are foreign to it. `expected.json` holds ids, types of pairs, decoded texts and special tokens, or the error where Python refuses.
Nothing of it is checked in but a small part, `packages/tokenizers/test/golden/formats/beside.json` (`--golden FILE`), and
`classes.json` beside it (`--seed 75 --count 1 --only MBartTokenizer MBart50Tokenizer NllbTokenizer PegasusTokenizer CamembertTokenizer
DebertaV2Tokenizer MPNetTokenizer GemmaTokenizer CohereTokenizer`), which the tests read, as they do `pieces.json`
(`--pieces --seed 3 --count 2 --only T5Tokenizer ...`, the classes of PIECES): folders with a SentencePiece file alone. Other seeds make other folders.
"""

import argparse
import base64
import json
import random
import shutil
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import sentencepiece
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

TEXTS = ["the cat sat", " The  Cat, sat. ", "do n't stop ! é É 漢字 <x>", "a<x> b [MASK]c<extra_id_3> <|endoftext|>",
         "<s>the</s> <pad>mat <unk> [SEP]", "  two  spaces\n\ttab 123 I'm we've", "e\u0301 ﬁ 😀▁x", "", "a fra_Latn b <mask>c", "x <y>z< y > <|im_end|>"]
PAIRS = [("the cat", "a mat <x>")]
CORPUS = ["the cat sat on the mat", "a dog runs through the snow, doesn't it?", "Élan é café 123 12", "we've I'm <x> Cat The", "mat mat mat"] * 4
SPECIALS = ["<unk>", "<s>", "</s>", "<pad>", "<mask>", "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "<|endoftext|>", "<x>"]
NAMED = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
CLASSES = {
    "bpe": ["GPT2Tokenizer", "Qwen2Tokenizer", "RobertaTokenizer", "GPTNeoXTokenizer", "BartTokenizer", "CodeGenTokenizer", "CohereTokenizer"],
    "llama": ["LlamaTokenizer", "GemmaTokenizer", "NllbTokenizer"],
    "wordpiece": ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "MPNetTokenizer"],
    "unigram": ["T5Tokenizer", "XLMRobertaTokenizer", "AlbertTokenizer", "MBartTokenizer", "MBart50Tokenizer", "PegasusTokenizer",
                "CamembertTokenizer", "DebertaV2Tokenizer"],
}
ANY = ["PreTrainedTokenizerFast", "TokenizersBackend", "PreTrainedTokenizer", "UnheardOfTokenizer"]
TYPES = {
    "bpe": ["gpt2", "qwen2", "qwen3", "llama", "mistral", "roberta", "gpt_neox", "phi3", "cohere"],
    "llama": ["llama", "mistral", "llama", "gpt2", "gemma2", "nllb-moe", "m2m_100"],
    "wordpiece": ["bert", "distilbert", "gpt2", "llama", "electra", "mpnet"],
    "unigram": ["t5", "xlm-roberta", "albert", "llama", "mt5", "mbart", "pegasus", "camembert", "deberta-v2"],
}


# The classes that read a SentencePiece file: its name, and how it was trained.
XLMR = ("sentencepiece.bpe.model", {"model_type": "unigram"})
T5 = ("spiece.model", {"model_type": "unigram", "pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1})
PIECES = {
    "T5Tokenizer": T5, "PegasusTokenizer": T5,
    "AlbertTokenizer": ("spiece.model", {"model_type": "unigram", "pad_id": 0, "unk_id": 1, "bos_id": -1, "eos_id": -1,
                                         "control_symbols": ["[CLS]", "[SEP]"], "user_defined_symbols": ["[MASK]"]}),
    "XLMRobertaTokenizer": XLMR, "CamembertTokenizer": XLMR, "MBartTokenizer": XLMR, "MBart50Tokenizer": XLMR,
    "DebertaV2Tokenizer": ("spm.model", {"model_type": "unigram", "pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3, "pad_piece": "[PAD]",
                                         "bos_piece": "[CLS]", "eos_piece": "[SEP]", "unk_piece": "[UNK]"}),
    "LlamaTokenizer": ("tokenizer.model", {"model_type": "bpe"}),
}

SMALL = False  # for what is checked in


def maybe(rng, chance):
    return rng.random() < chance


def some(rng, values, most=5):
    return rng.sample(values, rng.randint(0, min(most, len(values))))


def byte_level_bpe(rng):
    tokenizer = Tokenizer(models.BPE(unk_token=rng.choice([None, "<unk>"]), fuse_unk=maybe(rng, 0.3)))
    tokenizer.normalizer = rng.choice([None, normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=maybe(rng, 0.4), use_regex=maybe(rng, 0.8))
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet() if maybe(rng, 0.8) and not SMALL else []
    return train(rng, tokenizer, trainers.BpeTrainer, 330, initial_alphabet=alphabet)


def metaspace_bpe(rng):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=maybe(rng, 0.5), byte_fallback=maybe(rng, 0.7)))
    if maybe(rng, 0.5):
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=rng.choice(["always", "first", "never"]), split=False)
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if maybe(rng, 0.5) else []))
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)] if maybe(rng, 0.6) and not SMALL else []
    return train(rng, tokenizer, trainers.BpeTrainer, 420, more=bytes_)


def word_piece(rng):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=rng.choice([100, 6])))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=maybe(rng, 0.5), strip_accents=rng.choice([None, True, False]))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(cleanup=maybe(rng, 0.5))
    return train(rng, tokenizer, trainers.WordPieceTrainer, 120)


def unigram(rng):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = rng.choice([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Nmt()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=rng.choice(["always", "never"]))
    tokenizer.decoder = decoders.Metaspace()
    return train(rng, tokenizer, trainers.UnigramTrainer, 90, unk_token="<unk>")


def train(rng, tokenizer, trainer, size, more=(), **options):
    specials = (["<unk>"] if "unk_token" in options else []) + rng.sample(SPECIALS, rng.randint(6, len(SPECIALS)))
    specials = list(dict.fromkeys(specials + ["<unk>", "[UNK]"] * maybe(rng, 0.8) + some(rng, ["en_XX", "fr_XX", "eng_Latn"])))
    tokenizer.train_from_iterator(CORPUS, trainer(vocab_size=min(size, 75) if SMALL else size, special_tokens=specials + list(more), show_progress=False, **options))
    return tokenizer


MAKERS = {"bpe": byte_level_bpe, "llama": metaspace_bpe, "wordpiece": word_piece, "unigram": unigram}


def token_flags(rng, content, with_type=False):
    flags = {name: maybe(rng, 0.25) for name in ("lstrip", "rstrip", "single_word")}
    flags |= {"content": content, "normalized": maybe(rng, 0.4)}
    return flags | ({"__type": "AddedToken"} if with_type else {"special": maybe(rng, 0.6)})


def tokenizer_json(rng, tokenizer):
    file = json.loads(tokenizer.to_str())
    bytes_ = {token for token in (entry["content"] for entry in file["added_tokens"]) if token.startswith("<0x")}
    file["added_tokens"] = [token | {name: maybe(rng, 0.2) for name in ("lstrip", "rstrip", "special", "normalized")}
                            if maybe(rng, 0.3) else token
                            for token in file["added_tokens"] if token["content"] not in bytes_ and maybe(rng, 0.9)]
    vocabulary = file["model"]["vocab"]
    ids = {token: id for id, (token, _) in enumerate(vocabulary)} if isinstance(vocabulary, list) else vocabulary
    around = [token for token in ("<s>", "</s>", "[CLS]", "[SEP]", "<x>") if token in ids]
    if around and maybe(rng, 0.6):
        first, last = rng.choice(around), rng.choice(around)
        post = processors.TemplateProcessing(single=f"{first} $A {last}", pair=f"{first} $A {last} $B:1 {last}:1",
                                             special_tokens=[(token, ids[token]) for token in {first, last}])
        file["post_processor"] = json.loads(post.__getstate__())
    return file, ids


def special_value(rng, ids):
    return rng.choice([token for token in SPECIALS if token in ids or maybe(rng, 0.2)] + ["<new>", None])


def tokenizer_config(rng, kind, ids, known):
    config = {}
    fields = {"add_bos_token": [True, False], "add_eos_token": [True, False], "add_prefix_space": [True, False, None],
              "do_lower_case": [True, False], "strip_accents": [True, False, None], "tokenize_chinese_chars": [True, False],
              "trim_offsets": [True, False], "legacy": [True, False], "clean_up_tokenization_spaces": [True, False],
              "keep_accents": [True, False], "padding_side": ["left", "right"], "model_max_length": [512, 10**30],
              "errors": ["replace", "strict"], "sp_model_kwargs": [{}, {"alpha": 0.1}], "use_default_system_prompt": [False],
              "do_basic_tokenize": [True, False], "never_split": [None, ["cat"]], "extra_ids": [100, 4],
              "split_special_tokens": [True, False, False], "chat_template": ["{{ messages }}"], "image_token": ["<image>", "<x>"],
              "src_lang": ["fra_Latn", "fr_XX", None], "tgt_lang": ["deu_Latn"], "legacy_behaviour": [True, False],
              "split_by_punct": [True, False], "offset": [103, 5], "unheard_of": [1, "a"], "name_or_path": ["x"]}
    for name in some(rng, list(fields), 8):
        config[name] = rng.choice(fields[name])
    if kind != "wordpiece" and "add_prefix_space" in config and config["add_prefix_space"] is None and kind != "llama":
        del config["add_prefix_space"]
    for name in some(rng, NAMED, 7):
        value = special_value(rng, ids)
        config[name] = token_flags(rng, value, True) if value is not None and maybe(rng, 0.3) else value
    if maybe(rng, 0.4):
        config["added_tokens_decoder"] = decoder = {}
        for content in some(rng, [*known, "<y>", "<|im_end|>", "mat", "< y >"], 12):
            decoder[str(ids.get(content, len(ids) + len(decoder)))] = token_flags(rng, content)
    for name in ("additional_special_tokens", "extra_special_tokens"):
        if maybe(rng, 0.2):
            config[name] = some(rng, ["<x>", "<y>", "<|im_end|>", "cat"], 3)
    if maybe(rng, 0.05):
        config["extra_special_tokens"] = {"wave_token": "<y>"}
    return config


def older_files(rng, kind, folder, file):
    """The vocabulary in the files of older versions; whether there is such a form."""
    model = file["model"]
    if kind == "bpe":
        (folder / "vocab.json").write_text(json.dumps(model["vocab"]))
        (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in model["merges"]) + "\n")
    elif kind == "wordpiece":
        (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in sorted(model["vocab"], key=model["vocab"].get)))
    elif kind == "llama":
        symbols = some(rng, ["<x>", "<y>", "mat"], 2)
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS * 5), model_prefix=str(folder / "tokenizer"), model_type="bpe", minloglevel=9,
            vocab_size=(360 if (fallback := maybe(rng, 0.7) and not SMALL) else 90), byte_fallback=fallback, user_defined_symbols=symbols,
            add_dummy_prefix=maybe(rng, 0.8), normalization_rule_name="identity" if SMALL else rng.choice(["identity", "nmt_nfkc"]))
        (folder / "tokenizer.vocab").unlink()
        processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        return {processor.id_to_piece(id): id for id in range(processor.get_piece_size())}
    return None


def pieces_file(rng, name, folder):
    """A SentencePiece file as the class called `name` has it; the ids of its pieces."""
    file, options = PIECES[name]
    symbols = options.get("user_defined_symbols", []) + some(rng, ["<x>", "<y>", "mat"], 2)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS * 5), model_prefix=str(folder / "file"), minloglevel=9, hard_vocab_limit=False, vocab_size=90,
        add_dummy_prefix=maybe(rng, 0.9), normalization_rule_name="identity" if SMALL else rng.choice(["identity", "nmt_nfkc"]),
        **{**options, "user_defined_symbols": symbols})
    (folder / "file.vocab").unlink()
    (folder / "file.model").rename(folder / file)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / file))
    return {processor.id_to_piece(id): id for id in range(processor.get_piece_size())}


def make(out, seed, index, only=None, pieces=False):
    """
    @param only: a class that a tokenizer.json is to be of; left out, any is drawn
    @param pieces: whether that class has a SentencePiece file instead
    """
    rng = random.Random(f"{seed}-{index}")
    kind = rng.choice(list(MAKERS))
    if only is not None:
        kind = next(kind for kind, classes in CLASSES.items() if only in classes)
    folder = out / f"{seed}-{index:04d}-{kind}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file, ids = tokenizer_json(rng, MAKERS[kind](rng))
    if pieces:
        ids = pieces_file(rng, only, folder)
    is_older = only is None and kind != "unigram" and maybe(rng, 0.35)
    if is_older:
        ids = older_files(rng, kind, folder, file) or ids
    elif not pieces:
        (folder / "tokenizer.json").write_text(json.dumps(file, ensure_ascii=False, separators=(",", ":")))
    config = tokenizer_config(rng, kind, ids, [token["content"] for token in file["added_tokens"]])
    fits = CLASSES[kind] if is_older or maybe(rng, 0.8) else ANY
    if maybe(rng, 0.75):
        config["tokenizer_class"] = rng.choice(fits) + rng.choice(["", "Fast"])
    if only is not None:
        config["tokenizer_class"] = only
    model = {"model_type": rng.choice(TYPES[kind])} if maybe(rng, 0.9) else {}
    if maybe(rng, 0.1):
        model["tokenizer_class"] = rng.choice(fits)
    if model:
        (folder / "config.json").write_text(json.dumps(model))
    if only is not None or maybe(rng, 0.9):
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    if maybe(rng, 0.4):
        special = {name: value if maybe(rng, 0.5) else {"content": value, "lstrip": maybe(rng, 0.3), "normalized": False}
                   for name in some(rng, NAMED, 4) if (value := special_value(rng, ids))}
        if maybe(rng, 0.3):
            special["additional_special_tokens"] = some(rng, ["<x>", "<y>"], 2)
        (folder / "special_tokens_map.json").write_text(json.dumps(special))
    if maybe(rng, 0.3):
        added = some(rng, [token for token in ("<y>", "<|im_end|>", "< y >", "catmat") if token not in ids], 3)
        (folder / "added_tokens.json").write_text(json.dumps({token: len(ids) + id for id, token in enumerate(added)}))
    (folder / "expected.json").write_text(json.dumps(expect(folder)))


def expect(folder):
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        if not tokenizer.is_fast:
            return {"error": f"{type(tokenizer).__name__} is no fast tokenizer"}
        cases = []
        for text in TEXTS[1:6] if SMALL else TEXTS:
            ids = tokenizer(text)["input_ids"]
            cases.append({"text": text, "ids": ids, "tokens": tokenizer.convert_ids_to_tokens(ids), "decoded": tokenizer.decode(ids),
                          "plain": tokenizer.decode(ids, skip_special_tokens=True)})
        for text, pair in PAIRS:
            both = tokenizer(text, pair, return_token_type_ids=True)
            cases.append({"text": text, "pair": pair, "ids": both["input_ids"], "types": both["token_type_ids"]})
        return {"class": type(tokenizer).__name__, "size": len(tokenizer), "cases": cases}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def golden(out):
    """The folders in one file, with the texts of their files."""
    folders = []
    for folder in sorted(path for path in out.iterdir() if path.is_dir()):
        files = {path.name: path.read_text() for path in folder.iterdir() if path.name != "expected.json" and path.suffix != ".model"}
        models_ = {path.name: base64.b64encode(path.read_bytes()).decode() for path in folder.glob("*.model")}
        folders.append({"name": folder.name, "files": files, "models": models_, **json.loads((folder / "expected.json").read_text())})
    return {"versions": {name: version(name) for name in ("tokenizers", "transformers", "sentencepiece")}, "folders": folders}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--golden", type=Path)
    parser.add_argument("--only", nargs="*", default=[None], help="classes, each of --count folders")
    parser.add_argument("--pieces", action="store_true", help="SentencePiece files of these classes, default all")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    SMALL = arguments.golden is not None
    if arguments.pieces and arguments.only == [None]:
        arguments.only = list(PIECES)
    for place, only in enumerate(arguments.only):
        for index in range(arguments.first, arguments.first + arguments.count):
            make(arguments.out, arguments.seed, place * arguments.count + index, only, arguments.pieces)
    if arguments.golden:
        arguments.golden.write_text(json.dumps(golden(arguments.out), ensure_ascii=False, separators=(",", ":")) + "\n")
