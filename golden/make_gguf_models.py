"""Writes small GGUF models that @qkv/pretrained is held against. Run: python golden/make_gguf_models.py

Each is a random model of transformers whose weights are rounded to blocks, written as llama.cpp's convert_hf_to_gguf.py writes it:
names, woven rows of queries and keys, rope factors, tokenizer. Expected are the logits that transformers gets from the weights as they
were rounded, and the ids of the tokenizer that the file's was made from.
"""
import io
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import sentencepiece
import torch
import transformers
from gguf import GGUFWriter, RopeScalingType, TokenType, dequantize, quantize
from gguf.constants import GGMLQuantizationType as Type
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUT = Path(__file__).parent.parent / "packages" / "pretrained" / "test" / "golden" / "gguf"
OUT.mkdir(parents=True, exist_ok=True)
PACKAGES = ("gguf", "torch", "transformers", "tokenizers", "sentencepiece")
VERSIONS = ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ", seed 0"

TEXT = Path(__file__).parent.parent / "LICENSE"
TEXTS = [
    "The dog runs through the snow.", "  two  spaces\n\n\ttabs  ", "don't WE'LL 12345 3.14", "é e\u0301 漢字 가나 😀", "", " ",
    "<|end|>after<|end|> a", "<tool> x<tool>", "to the Software of the furnished", "without limitation (the rights)",
]
SIZES = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=64)

SPLIT_LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
                r"|\s+(?!\S)|\s+")
SPLIT_QWEN2 = SPLIT_LLAMA3.replace("{1,3}", "")


def split(regex):
    isolated = pre_tokenizers.Split(Regex(regex), behavior="isolated")
    return pre_tokenizers.Sequence([isolated, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


SPLIT_TEKKEN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
                r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}"
                r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
SMOLLM = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)])


def train_bpe(pre_tokenizer, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizer, decoders.ByteLevel()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=["<|begin|>", "<|end|>"], initial_alphabet=alphabet)
    tokenizer.train([str(TEXT)], trainer)
    tokenizer.add_tokens(["<tool>"])
    return tokenizer


def add_bpe(writer, tokenizer, pre):
    vocab = tokenizer.get_vocab()
    tokens = sorted(vocab, key=vocab.get)
    kinds = {"<|begin|>": TokenType.CONTROL, "<|end|>": TokenType.CONTROL, "<tool>": TokenType.USER_DEFINED}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([kinds.get(token, TokenType.NORMAL) for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]])
    writer.add_bos_token_id(vocab["<|begin|>"])
    writer.add_eos_token_id(vocab["<|end|>"])
    writer.add_chat_template("{{ messages }}")
    return lambda text: tokenizer.encode(text).ids


def add_sentencepiece(writer):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT.read_text().split("\n")), model_writer=model, model_type="bpe", vocab_size=400,
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, minloglevel=2,
        character_coverage=0.98,
    )
    spm = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(spm.get_piece_size())
    kinds = [
        TokenType.UNKNOWN if spm.is_unknown(i) else TokenType.CONTROL if spm.is_control(i)
        else TokenType.BYTE if spm.is_byte(i) else TokenType.NORMAL for i in ids
    ]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([spm.id_to_piece(i) for i in ids])
    writer.add_token_scores([spm.get_score(i) for i in ids])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(spm.bos_id())
    writer.add_eos_token_id(spm.eos_id())
    writer.add_unk_token_id(spm.unk_id())
    return lambda text: spm.encode(text, add_bos=True)


NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output", "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def name_of(name):
    stem, kind = name.rsplit(".", 1)
    if stem.startswith("model.layers."):
        _, _, layer, rest = stem.split(".", 3)
        return f"blk.{layer}.{NAMES[rest]}.{kind}"
    return f"{NAMES[stem]}.{kind}"


def woven(weights, heads):
    """convert_hf_to_gguf.py, LlamaModel.permute"""
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def write(name, arch, model, types, tokenizer, hparams, is_woven=False):
    config = model.config
    with torch.no_grad():
        for each in model.parameters():
            each.copy_(torch.randn_like(each) * 0.3 + (1 if each.ndim == 1 else 0))
    writer = GGUFWriter(OUT / f"{name}.gguf", arch)
    writer.add_string("general.versions", VERSIONS)
    writer.add_type("model")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    hparams(writer)
    encode = tokenizer(writer)
    state = model.state_dict()
    for index, (key, value) in enumerate(state.items()):
        if key == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values = value.numpy().copy()
        type = types[index % len(types)] if values.ndim == 2 else Type.F32
        if is_woven and (".q_proj." in key or ".k_proj." in key):
            heads = config.num_attention_heads if ".q_proj." in key else config.num_key_value_heads
            values = woven(values, heads)
            data = quantize(values, type)
            rows = dequantize(data, type)
            dim = rows.shape[0] // heads
            rounded = rows.reshape(heads, dim // 2, 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)
        else:
            data = quantize(values, type)
            rounded = dequantize(data, type)
        writer.add_tensor(name_of(key), data, raw_dtype=type)
        with torch.no_grad():
            value.copy_(torch.from_numpy(np.ascontiguousarray(rounded)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    ids = torch.randint(0, config.vocab_size, (2, 9))
    with torch.no_grad():
        logits = model.eval()(ids).logits
    save_file({"ids": ids, "logits": logits.contiguous()}, OUT / f"{name}.safetensors", metadata={"versions": VERSIONS})
    return [{"text": text, "ids": encode(text)} for text in TEXTS if tokenizer is not add_sentencepiece or "<" not in text]


def llama3_factors(config):
    """The divisors of the frequencies, as convert_hf_to_gguf.py has them."""
    plain = 1 / config.rope_parameters["rope_theta"] ** (torch.arange(0, config.head_dim, 2).float() / config.head_dim)
    scaled, _ = transformers.modeling_rope_utils.ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
    return (plain / scaled).numpy()


def main():
    torch.manual_seed(0)
    expected = {"versions": VERSIONS}

    bpe = train_bpe(split(SPLIT_LLAMA3))
    begin = bpe.token_to_id("<|begin|>")
    bpe.post_processor = processors.TemplateProcessing("<|begin|> $A", special_tokens=[("<|begin|>", begin)])
    bpe_json = json.loads(bpe.to_str())
    bpe_json["model"]["ignore_merges"] = True
    model = bpe_json["model"]  # "Ġthe" stays a token that no merge makes
    model["merges"] = [pair for pair in model["merges"] if "".join(pair) != "Ġthe"]
    bpe = Tokenizer.from_str(json.dumps(bpe_json))
    rope = dict(rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
                original_max_position_embeddings=16)
    config = transformers.LlamaConfig(**SIZES, head_dim=8, vocab_size=bpe.get_vocab_size(), rope_parameters=rope, rms_norm_eps=1e-5)

    def llama(writer):
        writer.add_rope_dimension_count(8)
        writer.add_rope_freq_base(10000.0)
        writer.add_vocab_size(config.vocab_size)
        writer.add_tensor("rope_freqs.weight", llama3_factors(config))

    expected["llama"] = write("llama", "llama", transformers.LlamaForCausalLM(config), [Type.Q8_0, Type.Q4_0],
                              lambda writer: add_bpe(writer, bpe, "llama-bpe"), llama, is_woven=True)

    bpe2 = train_bpe(split(SPLIT_QWEN2), normalizers.NFC())
    rope = dict(rope_type="yarn", rope_theta=1e6, factor=4.0, original_max_position_embeddings=16)
    config2 = transformers.Qwen2Config(**SIZES, vocab_size=bpe2.get_vocab_size(), rope_parameters=rope, tie_word_embeddings=True)

    def qwen2(writer):
        writer.add_rope_freq_base(1e6)
        writer.add_rope_scaling_type(RopeScalingType.YARN)
        writer.add_rope_scaling_factor(4.0)
        writer.add_rope_scaling_orig_ctx_len(16)

    expected["qwen2"] = write("qwen2", "qwen2", transformers.Qwen2ForCausalLM(config2), [Type.F16, Type.Q5_0, Type.BF16],
                              lambda writer: add_bpe(writer, bpe2, "qwen2"), qwen2)

    bpe3 = train_bpe(SMOLLM)
    config3 = transformers.Qwen3Config(**SIZES, head_dim=16, vocab_size=bpe3.get_vocab_size(), tie_word_embeddings=False)

    def qwen3(writer):
        writer.add_rope_freq_base(10000.0)
        writer.add_key_length(16)
        writer.add_value_length(16)

    expected["qwen3"] = write("qwen3", "qwen3", transformers.Qwen3ForCausalLM(config3), [Type.Q5_1, Type.F32],
                              lambda writer: add_bpe(writer, bpe3, "smollm"), qwen3)

    # The ids of the same vocabulary with other ways to cut text: HTTPServer is two words of tekken's, one of GPT-2's.
    kinds = {"gpt-2": pre_tokenizers.ByteLevel(add_prefix_space=False), "tekken": split(SPLIT_TEKKEN)}
    for pre, pre_tokenizer in kinds.items():
        bpe3.pre_tokenizer = pre_tokenizer
        texts = [*TEXTS, "HTTPServer isSoftware a//\n b"]
        expected[f"qwen3 {pre}"] = [{"text": text, "ids": bpe3.encode(text).ids} for text in texts]

    config4 = transformers.MistralConfig(**SIZES, head_dim=8, vocab_size=400, sliding_window=4, tie_word_embeddings=False)

    def mistral(writer):
        writer.add_sliding_window(4)

    expected["mistral"] = write("mistral", "llama", transformers.MistralForCausalLM(config4), [Type.Q4_1],
                                add_sentencepiece, mistral, is_woven=True)
    (OUT / "expected.json").write_text(json.dumps(expected, ensure_ascii=False))


if __name__ == "__main__":
    main()
