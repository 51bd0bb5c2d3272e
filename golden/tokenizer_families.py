"""tokenizer.json files as the families of published models have them, with small vocabularies.

The components are those of the files on the hub: what transformers' classes make of a vocabulary, and what its converters
and the model's own authors wrote. The vocabularies are learnt here from a few texts.
"""

import base64
import json

from make_tokenizers import BYTES, CORPUS, LLAMA3
from tokenizer_pipelines import BYTES as BYTE_TOKENS
from tokenizer_pipelines import CHARSMAPS, GPT2
from tokenizer_strings import WORDS
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AlbertTokenizer, BarthezTokenizer, BertTokenizer, BigBirdTokenizer, BlenderbotTokenizer, CamembertTokenizer, CLIPTokenizer, CodeLlamaTokenizer, CohereTokenizer,
    DebertaTokenizer, DebertaV2Tokenizer, FunnelTokenizer, GemmaTokenizer, GPT2Tokenizer, GPTNeoXTokenizer, HerbertTokenizer, LlamaTokenizer, MBart50Tokenizer,
    MBartTokenizer, MPNetTokenizer, NllbTokenizer, OpenAIGPTTokenizer, PegasusTokenizer, Qwen2Tokenizer, ReformerTokenizer, RemBertTokenizer, RobertaTokenizer,
    SeamlessM4TTokenizer, SplinterTokenizer, T5Tokenizer, WhisperTokenizer, XGLMTokenizer, XLMRobertaTokenizer, XLNetTokenizer,
)  # fmt: skip

TEXTS = [*CORPUS, " ".join(WORDS), "1234567890 2024 3.14 10,000", "def f(x):\n    return x + 1\n\n\tprint(f(2))  # 天気 한국어"]


def learn(vocab_size, special, normalizer=None, pre_tokenizer=None, alphabet=()):
    """The vocabulary and the merges of a BPE trained on the texts."""
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=special, initial_alphabet=list(alphabet), show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(merge) for merge in model["merges"]]


def byte_level(special):
    return learn(330 + len(special), special, pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=False), alphabet=BYTES)


def sentence_piece(special):
    """As SentencePiece's BPE: spaces begin words, and a token for each byte."""
    return learn(380 + len(special), [*special, *BYTE_TOKENS], pre_tokenizer=pre_tokenizers.Metaspace())


def pieces(special):
    """As SentencePiece's Unigram: what BPE finds, with scores."""
    vocab, _ = learn(160 + len(special), special, normalizers.NFKC(), pre_tokenizers.Metaspace())
    return [(token, 0.0 if i < len(special) else round(-9 + i % 50 * 0.07 + len(token) * 0.31, 2)) for token, i in sorted(vocab.items(), key=lambda each: each[1])]


def word_pieces(special, suffix=False):
    vocab, _ = learn(140, [], normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer())
    tokens = [*vocab, *(f"##{token}" for token in vocab)]
    return {token: i for i, token in enumerate(dict.fromkeys([*special, *tokens]))}


def ends_of_words(special):
    """As CLIP and GPT: the last character of a word has a mark."""
    vocab, merges = learn(170, [], normalizers.Lowercase(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False))
    tokens = dict.fromkeys([*special, *vocab, *(f"{token}</w>" for token in vocab)])
    return {token: i for i, token in enumerate(tokens)}, [pair for a, b in merges for pair in ((a, b), (a, f"{b}</w>"))]


def of_class(cls, vocabulary, **options):
    """What a class of transformers makes of a vocabulary, as it saves it."""
    vocab, merges = vocabulary if isinstance(vocabulary, tuple) else (vocabulary, None)
    tokenizer = cls(vocab=vocab, **({"merges": merges} if merges is not None else {}), **options)
    return json.loads(tokenizer.backend_tokenizer.to_str())


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
LLAMA = ["<unk>", "<s>", "</s>"]
T5 = ["<pad>", "</s>", "<unk>"]

CLASSES = {
    "ALBERT": lambda: of_class(AlbertTokenizer, pieces(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"])),
    "BARThez": lambda: of_class(BarthezTokenizer, pieces(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])),
    "BERT": lambda: of_class(BertTokenizer, word_pieces(BERT)),
    "BERT, cased": lambda: of_class(BertTokenizer, word_pieces(BERT), do_lower_case=False),
    "BigBird": lambda: of_class(BigBirdTokenizer, pieces(["<pad>", "</s>", "<s>", "<unk>", "[CLS]", "[SEP]", "[MASK]"])),
    "Blenderbot": lambda: of_class(BlenderbotTokenizer, byte_level(ROBERTA)),
    "CamemBERT": lambda: of_class(CamembertTokenizer, pieces(["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED", "<s>", "</s>", "<mask>"])),
    "CLIP": lambda: of_class(CLIPTokenizer, ends_of_words(["<|startoftext|>", "<|endoftext|>"])),
    "Code Llama": lambda: of_class(CodeLlamaTokenizer, sentence_piece([*LLAMA, "▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"])),
    "Command R": lambda: of_class(CohereTokenizer, byte_level(["<PAD>", "<UNK>", "<CLS>", "<SEP>", "<MASK_TOKEN>", "<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>"])),
    "DeBERTa": lambda: of_class(DebertaTokenizer, byte_level(BERT)),
    "DeBERTa v2": lambda: of_class(DebertaV2Tokenizer, pieces(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"])),
    "DeBERTa v2, lower case, punctuation": lambda: of_class(DebertaV2Tokenizer, pieces(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]), do_lower_case=True, split_by_punct=True),
    "Funnel": lambda: of_class(FunnelTokenizer, word_pieces(["<pad>", "<unk>", "<cls>", "<sep>", "<mask>", "<s>", "</s>"])),
    "Gemma": lambda: of_class(GemmaTokenizer, sentence_piece(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"])),
    "GPT": lambda: of_class(OpenAIGPTTokenizer, ends_of_words(["<unk>"])),
    "GPT-2": lambda: of_class(GPT2Tokenizer, byte_level(["<|endoftext|>"])),
    "GPT-NeoX": lambda: of_class(GPTNeoXTokenizer, byte_level(["<|endoftext|>", "<|padding|>"])),
    "HerBERT": lambda: of_class(HerbertTokenizer, ends_of_words(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])),
    "Llama": lambda: of_class(LlamaTokenizer, sentence_piece(LLAMA)),
    "Llama, legacy": lambda: of_class(LlamaTokenizer, sentence_piece(LLAMA), legacy=True),
    "mBART": lambda: of_class(MBartTokenizer, pieces(["<s>", "<pad>", "</s>", "<unk>", "en_XX", "fr_XX", "<mask>"])),
    "mBART-50": lambda: of_class(MBart50Tokenizer, pieces(["<s>", "<pad>", "</s>", "<unk>", "en_XX", "fr_XX", "<mask>"])),
    "MPNet": lambda: of_class(MPNetTokenizer, word_pieces(["<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>"])),
    "NLLB": lambda: of_class(NllbTokenizer, sentence_piece(["<s>", "<pad>", "</s>", "<unk>", "eng_Latn", "fra_Latn", "<mask>"])),
    "Pegasus": lambda: of_class(PegasusTokenizer, pieces(["<pad>", "</s>", "<mask_1>", "<mask_2>", "<unk>"])),
    "Qwen2": lambda: of_class(Qwen2Tokenizer, byte_level(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])),
    "Reformer": lambda: of_class(ReformerTokenizer, sentence_piece(["<unk>", "<s>", "</s>"])),
    "RemBERT": lambda: of_class(RemBertTokenizer, pieces(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"])),
    "RoBERTa": lambda: of_class(RobertaTokenizer, byte_level(ROBERTA)),
    "SeamlessM4T": lambda: of_class(SeamlessM4TTokenizer, sentence_piece(["<pad>", "<unk>", "<s>", "</s>", "__eng__", "__fra__"])),
    "Splinter": lambda: of_class(SplinterTokenizer, word_pieces([*BERT, "[QUESTION]", "."])),
    "T5": lambda: of_class(T5Tokenizer, pieces(T5), extra_ids=3),
    "T5, with a map": lambda: of_class(T5Tokenizer, pieces(T5), extra_ids=3, _spm_precompiled_charsmap=base64.b64decode(CHARSMAPS[0])),
    "Whisper": lambda: of_class(WhisperTokenizer, byte_level(["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>"])),
    "XGLM": lambda: of_class(XGLMTokenizer, pieces(["<s>", "<pad>", "</s>", "<unk>"])),
    "XLM-RoBERTa": lambda: of_class(XLMRobertaTokenizer, pieces(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])),
    "XLNet": lambda: of_class(XLNetTokenizer, pieces(["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>", "<eod>", "<eop>"])),
}


def split(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def literal(text, behavior):
    return {"type": "Split", "pattern": {"String": text}, "behavior": behavior, "invert": False}


def as_bytes(use_regex=False, add_prefix_space=False, trim_offsets=True):
    return {"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": trim_offsets, "use_regex": use_regex}


def replace(pattern, content, kind="String"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def metaspace(scheme="always", split=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}


def cuts(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


def forms(*steps):
    return {"type": "Sequence", "normalizers": list(steps)}


def decoders(*steps):
    return {"type": "Sequence", "decoders": list(steps)}


def template(vocab, single, pair):
    """A post-processor from lists of what stands in a row: $A, $B, or a token."""

    def piece(name, type_id):
        return {"Sequence": {"id": name[1], "type_id": type_id}} if name in ("$A", "$B") else {"SpecialToken": {"id": name, "type_id": type_id}}

    special = {name: {"id": name, "ids": [vocab[name]], "tokens": [name]} for name in [*single, *pair] if name not in ("$A", "$B")}
    second = pair.index("$B")
    return {"type": "TemplateProcessing", "single": [piece(name, 0) for name in single], "pair": [piece(name, int(i >= second)) for i, name in enumerate(pair)], "special_tokens": special}


def ids_of(model):
    vocab = model["vocab"]
    return vocab if isinstance(vocab, dict) else {token: i for i, (token, _) in enumerate(vocab)}


def file(model, special, normalizer=None, pre_tokenizer=None, decoder=None, single=None, pair=None, post_processor=None, added=(), **options):
    """A tokenizer.json; `added` are tokens that are not special, with what is said of them."""
    ids = ids_of(model)
    tokens = [{"content": token, "special": True, "normalized": False} for token in special] + list(added)
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": False}
    size = len(ids)
    added_tokens = []
    for token in tokens:
        i = ids.get(token["content"])
        if i is None:
            i, size = size, size + 1
        added_tokens.append({"id": i, **plain, **token})
    return {
        "version": "1.0", "truncation": options.get("truncation"), "padding": options.get("padding"), "added_tokens": sorted(added_tokens, key=lambda token: token["id"]),
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": template(ids, single, pair) if single else post_processor, "decoder": decoder, "model": model,
    }  # fmt: skip


def bpe(vocabulary, joined=True, **options):
    vocab, merges = vocabulary
    return {
        "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
        "ignore_merges": False, **options, "vocab": vocab, "merges": [" ".join(merge) if joined else list(merge) for merge in merges],
    }  # fmt: skip


def bytes_file(special, *steps, normalizer=None, model=None, **options):
    """A byte-level BPE whose texts are cut in these steps."""
    return file(bpe(byte_level(special), **(model or {})), special, normalizer, steps[0] if len(steps) == 1 else cuts(*steps), as_bytes(True, True), **options)


def spaces_file(special, normalizer, pre_tokenizer=None, decoder=None, **options):
    """A BPE from SentencePiece."""
    model = bpe(sentence_piece(special), unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    return file(model, special, normalizer, pre_tokenizer, decoder or decoders(replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}), **options)


def pieces_file(special, normalizer, pre_tokenizer, unk="<unk>", byte_fallback=False, decoder=None, **options):
    """A Unigram from SentencePiece."""
    vocab = pieces(special) + ([(token, -20.0) for token in BYTE_TOKENS] if byte_fallback else [])
    model = {"type": "Unigram", "unk_id": special.index(unk), "vocab": [list(each) for each in vocab], "byte_fallback": byte_fallback}
    return file(model, special, normalizer, pre_tokenizer, decoder or metaspace(), **options)


CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
DEEPSEEK_V3 = r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
BLOOM = " ?[^(\\s|[.,!?…。，、।۔،])]+"
KIMI = r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CUT = {"truncation": {"direction": "Right", "max_length": 12, "strategy": "LongestFirst", "stride": 2}, "padding": {"strategy": {"Fixed": 16}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 1, "pad_type_id": 0, "pad_token": "<pad>"}}
MAP = {"type": "Precompiled", "precompiled_charsmap": CHARSMAPS[0]}
SPACED = [f" {' ' * i}" for i in range(1, 5)]

FILES = {
    "BLOOM": lambda: bytes_file(["<unk>", "<s>", "</s>", "<pad>"], split(BLOOM), as_bytes()),
    "Falcon": lambda: bytes_file([">>TITLE<<", "<|endoftext|>"], {"type": "Punctuation", "behavior": "Contiguous"}, as_bytes(True), {"type": "Digits", "individual_digits": False}, split("[0-9][0-9][0-9]")),
    "StarCoder": lambda: bytes_file(["<|endoftext|>", "<fim_prefix>"], {"type": "Digits", "individual_digits": True}, as_bytes(True)),
    "Phi-2": lambda: bytes_file(["<|endoftext|>"], as_bytes(True), added=[{"content": text} for text in SPACED] + [{"content": "\t\t"}]),
    "Phi-3": lambda: spaces_file(["<unk>", "<s>", "<|endoftext|>", "<|end|>"], forms({"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")), single=["<s>", "$A"], pair=["<s>", "$A", "<s>", "$B"], added=[{"content": "</s>", "rstrip": True, "normalized": False}]),
    "Llama 2": lambda: spaces_file(LLAMA, forms({"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")), single=["<s>", "$A"], pair=["<s>", "$A", "<s>", "$B"]),
    "Llama 3": lambda: bytes_file(["<|begin_of_text|>", "<|eot_id|>"], split(LLAMA3), as_bytes(), model={"ignore_merges": True}, post_processor={"type": "Sequence", "processors": [as_bytes(True), template({"<|begin_of_text|>": 0}, ["<|begin_of_text|>", "$A"], ["<|begin_of_text|>", "$A", "<|begin_of_text|>", "$B"])]}),
    "Mistral, tekken": lambda: bytes_file(["<unk>", "<s>", "</s>", "[INST]"], split(TEKKEN), as_bytes(), model={"ignore_merges": True}, single=["<s>", "$A"], pair=["<s>", "$A", "<s>", "$B"]),
    "Mistral, v3": lambda: spaces_file(LLAMA, None, metaspace("first", False), single=["<s>", "$A"], pair=["<s>", "$A", "<s>", "$B"]),
    "Qwen2, as published": lambda: bytes_file(["<|endoftext|>", "<|im_start|>"], split(CL100K.replace("{1,3}", "")), as_bytes(), normalizer={"type": "NFC"}, post_processor=as_bytes(False, False, False), model={"continuing_subword_prefix": "", "end_of_word_suffix": ""}),
    "DeepSeek V3": lambda: bytes_file(["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"], split(r"\p{N}{1,3}"), split("[一-龥\u3040-ゟ゠-ヿ]+"), split(DEEPSEEK_V3), as_bytes(), single=["<｜begin▁of▁sentence｜>", "$A"], pair=["<｜begin▁of▁sentence｜>", "$A", "<｜begin▁of▁sentence｜>", "$B"]),
    "DeepSeek Coder": lambda: bytes_file(["<|begin|>", "<|EOT|>"], split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split("[一-龥ࠀ-一가-\ud7ff]+"), {"type": "Digits", "individual_digits": True}, as_bytes()),
    "GPT-4": lambda: bytes_file(["<|endoftext|>", "<|fim_prefix|>"], split(CL100K, "Removed", True), as_bytes()),
    "GPT-4o": lambda: bytes_file(["<|endoftext|>"], split(O200K, "Removed", True), as_bytes()),
    "gpt-oss": lambda: bytes_file(["<|startoftext|>", "<|endoftext|>"], split(O200K), as_bytes(), model={"ignore_merges": True}),
    "Kimi K2": lambda: bytes_file(["[BOS]", "[EOS]"], split(KIMI), as_bytes(), model={"ignore_merges": True}),
    "Gemma 3": lambda: spaces_file(["<pad>", "<eos>", "<bos>", "<unk>"], replace(" ", "▁"), literal(" ", "MergedWithPrevious"), decoders(replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}), single=["<bos>", "$A"], pair=["<bos>", "$A", "<bos>", "$B"], added=[{"content": text, "normalized": False} for text in ("\n\n", "▁▁", "<start_of_turn>")]),
    "ModernBERT": lambda: bytes_file(["[UNK]", "[CLS]", "[SEP]", "[PAD]"], as_bytes(True), normalizer={"type": "NFC"}, single=["[CLS]", "$A", "[SEP]"], pair=["[CLS]", "$A", "[SEP]", "$B", "[SEP]"], added=[{"content": "[MASK]", "special": True, "lstrip": True, "normalized": False}, *({"content": text} for text in SPACED)]),
    "OLMo": lambda: bytes_file(["<|endoftext|>", "<|padding|>"], as_bytes(True), normalizer={"type": "NFC"}, single=["$A", "<|endoftext|>"], pair=["$A", "<|endoftext|>", "$B", "<|endoftext|>"], added=[{"content": text} for text in SPACED]),
    "SmolLM": lambda: bytes_file(["<|endoftext|>"], {"type": "Digits", "individual_digits": True}, as_bytes(True)),
    "Granite, Nemotron": lambda: bytes_file(["<unk>", "<s>", "</s>"], split(r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"), as_bytes()),
    "Jamba": lambda: spaces_file(["<|pad|>", "<|startoftext|>", "<unk>"], replace(" ", "▁"), split(r"\d", "Isolated"), single=["<|startoftext|>", "$A"], pair=["<|startoftext|>", "$A", "$B"]),
    "Yi": lambda: spaces_file(["<unk>", "<|startoftext|>", "<|endoftext|>"], replace(" ", "▁"), None, decoders(replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"})),
    "InternLM 2": lambda: spaces_file(LLAMA, forms({"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")), split(r"(?<=▁)(?=[^▁])|\p{N}", "Isolated"), **CUT),
    "BART": lambda: bytes_file(["<s>", "<pad>", "</s>", "<unk>"], as_bytes(True), post_processor={"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False}, added=[{"content": "<mask>", "special": True, "lstrip": True, "normalized": False}], **CUT),
    "Longformer": lambda: bytes_file(["<s>", "<pad>", "</s>", "<unk>"], as_bytes(True, True), post_processor={"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": True}),
    "XLM-RoBERTa, as published": lambda: pieces_file(["<s>", "<pad>", "</s>", "<unk>"], MAP, cuts({"type": "WhitespaceSplit"}, metaspace()), single=["<s>", "$A", "</s>"], pair=["<s>", "$A", "</s>", "</s>", "$B", "</s>"], added=[{"content": "<mask>", "special": True, "lstrip": True, "normalized": False}]),
    "XLM-RoBERTa, newer": lambda: pieces_file(["<s>", "<pad>", "</s>", "<unk>"], forms(MAP, replace(" {2,}", " ", "Regex"), {"type": "Strip", "strip_left": False, "strip_right": True}, replace(" ", "▁")), metaspace("first"), single=["<s>", "$A", "</s>"], pair=["<s>", "$A", "</s>", "</s>", "$B", "</s>"]),
    "ALBERT, as published": lambda: pieces_file(["<pad>", "<unk>", "[CLS]", "[SEP]"], forms(replace("``", '"'), replace("''", '"'), {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, MAP), cuts({"type": "WhitespaceSplit"}, metaspace()), single=["[CLS]", "$A", "[SEP]"], pair=["[CLS]", "$A", "[SEP]", "$B", "[SEP]"], **CUT),
    "DeBERTa v3": lambda: pieces_file(["[PAD]", "[CLS]", "[SEP]", "[UNK]"], forms({"type": "Strip", "strip_left": True, "strip_right": True}, MAP, replace(" {2,}", " ", "Regex")), metaspace(), "[UNK]", single=["[CLS]", "$A", "[SEP]"], pair=["[CLS]", "$A", "[SEP]", "$B", "[SEP]"]),
    "XLNet, as published": lambda: pieces_file(["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>"], forms(replace("``", '"'), replace("''", '"'), MAP, replace(" {2,}", " ", "Regex")), metaspace(), single=["$A", "<sep>", "<cls>"], pair=["$A", "<sep>", "$B", "<sep>", "<cls>"]),
    "NLLB, as published": lambda: spaces_file(["<s>", "<pad>", "</s>", "<unk>", "eng_Latn"], forms(MAP, replace(" {2,}", " ", "Regex")), metaspace("always"), metaspace("always"), single=["eng_Latn", "$A", "</s>"], pair=["eng_Latn", "$A", "$B", "</s>"]),
    "UMT5": lambda: pieces_file(["<pad>", "</s>", "<s>", "<unk>"], forms(MAP, replace(" {2,}", "▁", "Regex")), metaspace("always"), byte_fallback=True, decoder=decoders({"type": "ByteFallback"}, metaspace("always")), single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"]),
    "MADLAD": lambda: pieces_file(["<unk>", "<s>", "</s>"], forms(MAP, replace(" ", "▁")), literal("▁", "MergedWithNext"), byte_fallback=True, single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"]),
    "ESM": lambda: file({"type": "WordLevel", "unk_token": "<unk>", "vocab": {token: i for i, token in enumerate(["<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<mask>"])}}, ["<cls>", "<pad>", "<eos>", "<unk>", "<mask>"], None, split("", "Isolated"), single=["<cls>", "$A", "<eos>"], pair=["<cls>", "$A", "<eos>", "$B", "<eos>"]),
    "wav2vec 2": lambda: file({"type": "WordLevel", "unk_token": "<unk>", "vocab": {token: i for i, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", *"ETAOINSHRDLUMWCFGYPBVK'XJQZ"])}}, ["<pad>", "<s>", "</s>", "<unk>"], replace(" ", "|"), split("", "Isolated"), {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True}),
    "spaces behind words": lambda: spaces_file(LLAMA, replace(" ", "▁"), literal("▁", "MergedWithPrevious"), decoders(replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 0, "stop": 1})),
    "spaces by themselves": lambda: pieces_file(["<unk>", "<s>", "</s>"], forms({"type": "Nmt"}, {"type": "NFKC"}, replace(r"\s+", " ", "Regex")), cuts(literal(" ", "Isolated"), metaspace("never", False), {"type": "Digits", "individual_digits": True})),
    "digits from the right": lambda: bytes_file(["<s>"], split(r"\d{1,3}(?=(?:\d{3})*\b)"), split(GPT2), as_bytes()),
    "words that end in a mark": lambda: file(bpe(ends_of_words(["<unk>"]), unk_token="<unk>", end_of_word_suffix="</w>"), ["<unk>"], {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}, {"type": "BertPreTokenizer"}, {"type": "BPEDecoder", "suffix": "</w>"}),
    "BERT, other languages": lambda: file({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": word_pieces(BERT)}, BERT, {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": False, "lowercase": False}, {"type": "BertPreTokenizer"}, {"type": "WordPiece", "prefix": "##", "cleanup": True}, post_processor={"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}, **CUT),
    "FNet, BigBird": lambda: pieces_file(["<pad>", "<unk>", "[CLS]", "[SEP]"], forms(MAP, {"type": "Lowercase"}), cuts(metaspace("first")), single=["[CLS]", "$A", "[SEP]"], pair=["[CLS]", "$A", "[SEP]", "$B", "[SEP]"]),
}

FAMILIES = {**CLASSES, **FILES}
