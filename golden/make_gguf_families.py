"""Writes small GGUF models of many families that @qkv/pretrained is held against. Run: python golden/make_gguf_families.py

Each is a random model of transformers, saved as its library saves it and converted as llama.cpp's convert_hf_to_gguf.py does: names by
the table of the gguf package, woven rows of queries and keys, norms with 1 added, matrices that GPT-2 has turned, heads in the order
of the file. Expected are the logits that transformers gets from the weights as they were rounded. With a folder and a file it converts
that folder, in floats: golden/random_folders.py makes some.
"""
import json
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import numpy as np
import torch
import transformers
from gguf import GGUFWriter, RopeScalingType, dequantize, quantize
from gguf.constants import MODEL_ARCH, MODEL_ARCH_NAMES
from gguf.constants import GGMLQuantizationType as Type
from gguf.tensor_mapping import get_tensor_name_map
from safetensors.torch import load_file, save_file

OUT = Path(__file__).parent.parent / "packages" / "pretrained" / "test" / "golden" / "gguf"
PACKAGES = ("gguf", "torch", "transformers")
VERSIONS = ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ", seed 0"

ARCHITECTURES = {
    "llama": "LLAMA", "mistral": "LLAMA", "qwen2": "QWEN2", "qwen3": "QWEN3", "gemma": "GEMMA", "gemma2": "GEMMA2",
    "gemma3_text": "GEMMA3", "phi": "PHI2", "phi3": "PHI3", "smollm3": "SMOLLM3", "granite": "GRANITE", "olmo2": "OLMO2",
    "gpt2": "GPT2", "gpt_neox": "GPTNEOX", "falcon": "FALCON", "bloom": "BLOOM", "cohere": "COMMAND_R", "stablelm": "STABLELM",
    "mixtral": "LLAMA", "qwen2_moe": "QWEN2MOE", "qwen3_moe": "QWEN3MOE",
}
WOVEN = {"llama", "mistral", "smollm3", "granite", "mixtral"}
SHIFTED = {"gemma", "gemma2", "gemma3_text"}


def woven(weights, heads):
    """LlamaModel.permute"""
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def in_order(config, values):
    """Queries, keys and values one after another, of files that have them group by group: FalconModel, GPTNeoXModel, BloomModel."""
    heads = config["num_attention_heads"] if "num_attention_heads" in config else config["n_head"]
    groups = heads
    if config["model_type"] == "falcon":
        groups = config["num_kv_heads"] if config["new_decoder_architecture"] else 1 if config["multi_query"] else heads
    dim = values.shape[0] // (heads + 2 * groups)
    parts = values.reshape(groups, heads // groups + 2, dim, *values.shape[1:])
    flat = [part.reshape(-1, *values.shape[1:]) for part in (parts[:, :-2], parts[:, -2], parts[:, -1])]
    return np.concatenate(flat)


def converted(config, name, values):
    """An array as the file has it."""
    kind = config["model_type"]
    if kind == "gpt2" and name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")):
        return np.ascontiguousarray(values.T)
    if "query_key_value" in name:
        return in_order(config, values)
    if kind in SHIFTED and name.endswith("norm.weight"):
        return values + 1
    for part, heads in (("q_proj", "num_attention_heads"), ("k_proj", "num_key_value_heads")):
        if kind in WOVEN and f"{part}." in name:
            return woven(values, config[heads])
    return values


def rope_of(config):
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    return rope.get("full_attention", rope)


def add_text_model(writer, config):
    """TextModel.set_gguf_parameters"""
    found = lambda *names: next((config[name] for name in names if config.get(name) is not None), None)
    rope = rope_of(config)
    writer.add_block_count(found("num_hidden_layers", "n_layer"))
    writer.add_context_length(found("max_position_embeddings", "n_positions"))
    writer.add_embedding_length(found("hidden_size", "n_embd"))
    writer.add_feed_forward_length(found("intermediate_size", "n_inner"))
    writer.add_head_count(found("num_attention_heads", "n_head"))
    if found("num_key_value_heads") is not None:
        writer.add_head_count_kv(found("num_key_value_heads"))
    if rope.get("rope_type") == "linear":
        writer.add_rope_scaling_type(RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    elif rope.get("rope_type") == "yarn":
        writer.add_rope_scaling_type(RopeScalingType.YARN)
        writer.add_rope_scaling_factor(rope["factor"])
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        for name in ("attn_factor", "beta_fast", "beta_slow"):
            if rope.get(name.replace("attn", "attention")) is not None:
                getattr(writer, f"add_rope_scaling_yarn_{name}")(rope[name.replace("attn", "attention")])
    if rope.get("rope_theta") is not None:
        writer.add_rope_freq_base(rope["rope_theta"])
    local = (config.get("rope_parameters") or {}).get("sliding_attention")
    if local is not None:
        writer.add_rope_freq_base_swa(local["rope_theta"])
    if found("rms_norm_eps") is not None:
        writer.add_layer_norm_rms_eps(found("rms_norm_eps"))
    if found("layer_norm_eps", "layer_norm_epsilon") is not None:
        writer.add_layer_norm_eps(found("layer_norm_eps", "layer_norm_epsilon"))
    if found("head_dim") is not None:
        writer.add_key_length(found("head_dim"))
        writer.add_value_length(found("head_dim"))


def add_llama(writer, config):
    add_text_model(writer, config)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_rope_dimension_count(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])
    if config["model_type"] == "mistral" and config.get("sliding_window") is not None:
        writer.add_sliding_window(config["sliding_window"])


def add_granite(writer, config):
    add_llama(writer, {**config, "head_dim": None})
    writer.add_attention_scale(config["attention_multiplier"])
    writer.add_embedding_scale(config["embedding_multiplier"])
    writer.add_residual_scale(config["residual_multiplier"])
    writer.add_logit_scale(config["logits_scaling"])


def add_gemma(writer, config):
    add_text_model(writer, {**config, "rope_parameters": None, "rope_scaling": None})


def add_gemma2(writer, config):
    add_gemma(writer, config)
    writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
    writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    writer.add_sliding_window(config["sliding_window"])


def add_gemma3(writer, config):
    add_text_model(writer, config)
    if config.get("final_logit_softcapping"):
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    writer.add_sliding_window(config["sliding_window"])


def add_phi3(writer, config):
    rope = rope_of(config)
    add_text_model(writer, {**config, "rope_parameters": None, "rope_scaling": None, "head_dim": None})
    share, width, heads = rope.get("partial_rotary_factor", 1.0), config["hidden_size"], config["num_attention_heads"]
    writer.add_rope_scaling_orig_ctx_len(config["original_max_position_embeddings"])
    writer.add_rope_dimension_count(int(share * width) // heads)
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_sliding_window(config.get("sliding_window") or 0)
    if not rope.get("long_factor"):
        return
    scale = config["max_position_embeddings"] / config["original_max_position_embeddings"]
    factor = np.sqrt(1 + np.log(scale) / np.log(config["original_max_position_embeddings"])) if scale > 1 else 1.0
    writer.add_rope_scaling_attn_factors(float(factor))
    for kind in ("long", "short"):
        writer.add_tensor(f"rope_factors_{kind}.weight", np.array(rope[f"{kind}_factor"], dtype=np.float32))


def add_phi2(writer, config):
    add_text_model(writer, {**config, "rope_parameters": None, "rope_scaling": None, "head_dim": None})
    share, width, heads = rope_of(config)["partial_rotary_factor"], config["hidden_size"], config["num_attention_heads"]
    writer.add_rope_dimension_count(int(share * width) // heads)
    writer.add_add_bos_token(False)


def add_gpt2(writer, config):
    add_text_model(writer, {**config, "n_inner": 4 * config["n_embd"]})


def add_gpt_neox(writer, config):
    add_text_model(writer, {**config, "rope_parameters": None, "rope_scaling": None})
    share, width, heads = rope_of(config)["partial_rotary_factor"], config["hidden_size"], config["num_attention_heads"]
    writer.add_rope_dimension_count(int(share * (width // heads)))
    writer.add_parallel_residual(config["use_parallel_residual"])


def add_falcon(writer, config):
    width = config["hidden_size"]
    plain = {**config, "rope_parameters": None, "max_position_embeddings": 2048, "intermediate_size": 4 * width}
    add_text_model(writer, plain)
    writer.add_tensor_data_layout("jploski")
    writer.add_head_count_kv(config["num_kv_heads"] if config["new_decoder_architecture"] else 1)


def add_bloom(writer, config):
    width = config["hidden_size"]
    add_text_model(writer, {**config, "max_position_embeddings": width, "intermediate_size": 4 * width})
    writer.add_head_count_kv(config["n_head"])


def add_cohere(writer, config):
    add_text_model(writer, config)
    writer.add_logit_scale(config["logit_scale"])
    writer.add_rope_scaling_type(RopeScalingType.NONE)


def add_stablelm(writer, config):
    add_text_model(writer, {**config, "rope_parameters": None, "head_dim": None})
    share, width, heads = rope_of(config)["partial_rotary_factor"], config["hidden_size"], config["num_attention_heads"]
    writer.add_rope_dimension_count(int(share * (width // heads)))
    writer.add_parallel_residual(config["use_parallel_residual"])


def add_experts(writer, config):
    add_text_model(writer, config)
    writer.add_expert_count(config.get("num_local_experts") or config["num_experts"])
    writer.add_expert_used_count(config["num_experts_per_tok"])
    if "moe_intermediate_size" in config:
        writer.add_expert_feed_forward_length(config["moe_intermediate_size"])
    if "shared_expert_intermediate_size" in config:
        writer.add_expert_shared_feed_forward_length(config["shared_expert_intermediate_size"])


def add_mixtral(writer, config):
    add_llama(writer, config)
    writer.add_expert_count(config["num_local_experts"])
    writer.add_expert_used_count(config["num_experts_per_tok"])


EXPERT = re.compile(r"(model\.layers\.(\d+)\..*experts)\.(\d+)\.(\w+)\.weight")


def stacked(arrays):
    """The maps of all experts of a layer as one array: LlamaModel and Qwen2MoeModel.modify_tensors"""
    whole, parts = {}, {}
    for name, values in arrays.items():
        match = EXPERT.fullmatch(name)
        if match is None:
            whole[name] = values
            continue
        at, layer, index, part = match.groups()
        merged = f"layers.{layer}.feed_forward.experts.{part}.weight" if part.startswith("w") else f"{at}.{part}.weight"
        parts.setdefault(merged, {})[int(index)] = values
    return whole | {name: np.stack([each[i] for i in range(len(each))]) for name, each in parts.items()}


KEYS = {
    "llama": add_llama, "mistral": add_llama, "smollm3": add_llama, "granite": add_granite, "gemma": add_gemma, "gemma2": add_gemma2,
    "gemma3_text": add_gemma3, "phi": add_phi2, "phi3": add_phi3, "gpt2": add_gpt2, "gpt_neox": add_gpt_neox, "falcon": add_falcon,
    "bloom": add_bloom, "cohere": add_cohere, "stablelm": add_stablelm, "mixtral": add_mixtral, "qwen2_moe": add_experts,
    "qwen3_moe": add_experts,
}


def write(config, arrays, file, types=(Type.F32,)):
    """Writes a model's arrays, matrices in the types one after another. Gives the arrays as they were rounded, in the file's order."""
    kind = config["model_type"]
    arch = MODEL_ARCH[ARCHITECTURES[kind]]
    layers = config.get("num_hidden_layers") or config["n_layer"]
    names = get_tensor_name_map(arch, layers)
    writer = GGUFWriter(file, MODEL_ARCH_NAMES[arch])
    writer.add_string("general.versions", VERSIONS)
    writer.add_type("model")
    KEYS.get(kind, add_text_model)(writer, config)
    writer.add_tokenizer_model("none")
    for token in ("bos", "eos", "pad"):
        if isinstance(config.get(f"{token}_token_id"), int):
            getattr(writer, f"add_{token}_token_id")(config[f"{token}_token_id"])
    used = []
    for index, (name, values) in enumerate(stacked(arrays).items()):
        if name == "lm_head.weight" and kind in {"gemma", "gemma2"}:
            continue  # GemmaModel.filter_tensors
        values = converted(config, name, values)
        type = types[index % len(types)] if values.ndim > 1 and values.shape[0] > 1 and "mlp.gate." not in name and "moe.gate." not in name else Type.F32
        known = name.removeprefix("transformer.") if kind == "bloom" else name  # BloomModel.modify_tensors
        tensor = names.get_name(known, try_suffixes=(".weight", ".bias"))
        if tensor is None:
            raise ValueError(f"{name}: no name in {arch}")
        writer.add_tensor(tensor, quantize(values, type), raw_dtype=type)
        used.append(type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return used


def is_turned(config, name):
    return config["model_type"] == "gpt2" and name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight"))


def rounded(config, name, values, type):
    """The numbers that the blocks of the file hold. Rows only change places, so that it does not matter which comes first."""
    if values.ndim != 2:
        return values
    turned = values.T if is_turned(config, name) else values
    again = dequantize(quantize(np.ascontiguousarray(turned), type), type)
    return np.ascontiguousarray(again.T) if is_turned(config, name) else again


def arrays_of(folder):
    return {name: values.float().numpy() for name, values in load_file(folder / "model.safetensors").items()}


def make(name, model_class, config, types):
    model = getattr(transformers, model_class)._from_config(config, attn_implementation="eager").eval()
    shift = 0 if config.model_type in SHIFTED else 1
    with torch.no_grad():
        for each in model.parameters():
            each.copy_(torch.randn_like(each) * 0.3 + (shift if each.ndim == 1 else 0))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        model.save_pretrained(folder)
        fields = json.loads((folder / "config.json").read_text())
        full = config.to_dict()  # what the converter reads, with defaults
        arrays = arrays_of(folder)
        for index, (key, values) in enumerate(arrays.items()):
            arrays[key] = rounded(full, key, values, types[index % len(types)])
        state = {key: torch.from_numpy(values.copy()) for key, values in arrays.items()}
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        write(full, arrays, OUT / f"{name}.gguf", types)
        again = getattr(transformers, model_class).from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    assert fields["model_type"] == config.model_type
    ids = torch.randint(0, config.vocab_size, (2, 9))
    with torch.no_grad():
        logits = again(ids, use_cache=False).logits
    save_file({"ids": ids, "logits": logits.contiguous()}, OUT / f"{name}.safetensors", metadata={"versions": VERSIONS})


SIZES = dict(vocab_size=40, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
             max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)


def main():
    torch.manual_seed(0)
    t = transformers
    Q8, Q4 = [Type.Q8_0], [Type.Q4_0, Type.Q5_1]
    make("gemma3", "Gemma3ForCausalLM", t.Gemma3TextConfig(
        **{**SIZES, "num_hidden_layers": 6}, head_dim=16, query_pre_attn_scalar=16, sliding_window=3,
        rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
                         "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}), Q4)
    make("gemma2", "Gemma2ForCausalLM", t.Gemma2Config(
        **SIZES, head_dim=32, query_pre_attn_scalar=32, sliding_window=3, attn_logit_softcapping=4.0, final_logit_softcapping=6.0), Q8)
    make("gemma", "GemmaForCausalLM", t.GemmaConfig(**SIZES, head_dim=32), Q4)
    longrope = dict(rope_type="longrope", rope_theta=1e4, short_factor=[1.0, 1.5, 2.0, 2.5], long_factor=[2.0, 3.0, 4.0, 6.0])
    make("phi3", "Phi3ForCausalLM", t.Phi3Config(
        **{**SIZES, "num_attention_heads": 4, "num_key_value_heads": 2}, original_max_position_embeddings=8, sliding_window=4,
        rope_parameters=longrope), Q8)
    make("smollm3", "SmolLM3ForCausalLM", t.SmolLM3Config(
        **{**SIZES, "num_hidden_layers": 4}, rope_parameters={"rope_type": "default", "rope_theta": 5e6}), Q4)
    make("gpt2", "GPT2LMHeadModel", t.GPT2Config(
        vocab_size=40, n_embd=32, n_layer=2, n_head=2, n_positions=16, bos_token_id=1, eos_token_id=2), Q8)
    make("olmo2", "Olmo2ForCausalLM", t.Olmo2Config(**SIZES, rope_parameters={"rope_type": "default", "rope_theta": 5e5}), Q4)
    make("granite", "GraniteForCausalLM", t.GraniteConfig(
        **SIZES, embedding_multiplier=3.0, residual_multiplier=0.22, attention_multiplier=0.4, logits_scaling=2.0,
        tie_word_embeddings=True), Q8)
    make("gptneox", "GPTNeoXForCausalLM", t.GPTNeoXConfig(
        vocab_size=40, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=16,
        bos_token_id=1, eos_token_id=2,
        rope_parameters={"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.5}), Q4)
    falcon = dict(vocab_size=40, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, bos_token_id=1, eos_token_id=2)
    make("falcon", "FalconForCausalLM", t.FalconConfig(**{**falcon, "hidden_size": 32}), Q8)
    make("falcon-40b", "FalconForCausalLM", t.FalconConfig(
        **{**falcon, "num_hidden_layers": 1}, num_kv_heads=2, new_decoder_architecture=True), [Type.Q4_0])
    make("bloom", "BloomForCausalLM", t.BloomConfig(
        vocab_size=40, hidden_size=32, n_layer=2, n_head=2, bos_token_id=1, eos_token_id=2), Q4)
    make("phi2", "PhiForCausalLM", t.PhiConfig(**{**SIZES, "intermediate_size": 128, "num_key_value_heads": 2}), Q4)
    make("command-r", "CohereForCausalLM", t.CohereConfig(**SIZES, logit_scale=0.5), Q8)
    make("stablelm", "StableLmForCausalLM", t.StableLmConfig(
        **{**SIZES, "num_key_value_heads": 2}, use_qkv_bias=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.25}), Q4)


def experts():
    """Of one type each, since a file has one for all experts of a layer; routers stay floats, as llama.cpp keeps them."""
    torch.manual_seed(1)
    t = transformers
    sizes = {**SIZES, "num_key_value_heads": 2}
    make("mixtral", "MixtralForCausalLM", t.MixtralConfig(**sizes, num_local_experts=3, num_experts_per_tok=2), [Type.Q4_0])
    make("qwen2moe", "Qwen2MoeForCausalLM", t.Qwen2MoeConfig(
        **sizes, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=32, shared_expert_intermediate_size=96,
        norm_topk_prob=False), [Type.Q8_0])
    make("qwen3moe", "Qwen3MoeForCausalLM", t.Qwen3MoeConfig(
        **sizes, head_dim=32, num_experts=5, num_experts_per_tok=2, moe_intermediate_size=32, norm_topk_prob=True), [Type.Q5_1])


def expected_ids():
    """The ids of the vocabulary of qwen3.gguf with each way to cut text, as the tokenizer.json of the models named here have it."""
    from gguf import GGUFReader
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    reader = GGUFReader(OUT / "qwen3.gguf")
    tokens, merges = (reader.fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "merges"))
    level = lambda regex: pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=regex)
    split = lambda regex: pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(regex), "isolated"), level(False)])
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), level(True)])
    suffixes, end = "(?i:'s|'t|'re|'ve|'m|'ll|'d)", r"\s*[\r\n]+|\s+(?!\S)|\s+"
    words = lambda number: suffixes + r"|[^\r\n\p{L}\p{N}]?\p{L}+|" + number + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|" + end
    lead, upper, lower = r"[^\r\n\p{L}\p{N}]?", r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
    o200k = (f"{lead}{upper}*{lower}+{suffixes}?|{lead}{upper}+{lower}*{suffixes}?|" + r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + end)
    kinds = {
        "phi-2": (None, level(True)),
        "olmo": (normalizers.NFC(), level(True)),  # EleutherAI/gpt-neox-20b, Pythia
        "mpt": (normalizers.NFC(), level(True)),
        "dbrx": (None, split(words(r"\p{N}{1,3}"))),  # allenai/OLMo-2, microsoft/phi-4
        "smaug-bpe": (None, split(words(r"\p{N}{1,3}"))),
        "gpt-4o": (None, split(o200k)),  # microsoft/Phi-4-mini
        "llama4": (None, split(o200k)),
        "refact": (None, digits),  # ibm-granite/granite-3
        "command-r": (normalizers.NFC(), digits),
        "falcon": (None, pre_tokenizers.Sequence([
            pre_tokenizers.Punctuation("contiguous"), level(True), pre_tokenizers.Digits(False),
            pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")])),
        "bloom": (None, split(r" ?[^(\s|[.,!?…。，、।۔،])]+")),
        "stablelm2": (normalizers.NFC(), split(words(r"\p{N}"))),
    }
    texts = ["The dog runs through the snow.", "  two  spaces\n\n\ttabs  ", "don't WE'LL 12345 3.14", "é e\u0301 漢字 가나 😀", "", " ",
             "to the Software of the furnished", "HTTPServer isSoftware's a//\n b", "(a|b)?! [x]... «y» 1234567 ½ м"]
    expected = {}
    for name, (normalizer, pre_tokenizer) in kinds.items():
        model = models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=[tuple(pair.split(" ")) for pair in merges])
        tokenizer = Tokenizer(model)
        tokenizer.pre_tokenizer = pre_tokenizer
        if normalizer is not None:
            tokenizer.normalizer = normalizer
        expected[name] = [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts]
    (OUT / "pre_tokenizers.json").write_text(json.dumps({"versions": VERSIONS, **expected}, ensure_ascii=False) + "\n")


def expected_pieces():
    """A SentencePiece without a space before the text and with pieces of its user's, as Gemma's: GemmaModel.set_vocab."""
    import io

    import sentencepiece

    user = ["▁▁", "▁▁▁", "\n\n", "<table>"]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter((Path(__file__).parent.parent / "LICENSE").read_text().split("\n")), model_writer=model, model_type="bpe",
        vocab_size=360, byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=False,
        minloglevel=2, character_coverage=0.98, user_defined_symbols=user, pad_id=0, eos_id=1, bos_id=2, unk_id=3)
    spm = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [spm.id_to_piece(i) for i in range(spm.get_piece_size())]
    types = [2 if spm.is_unknown(i) else 3 if spm.is_control(i) else 6 if spm.is_byte(i) else 4 if piece in user else 1
             for i, piece in enumerate(pieces)]
    texts = ["The dog runs through the snow.", "a  b   c", "to the Software\n\nof  the <table> furnished", "é 漢字 😀", "", " x", "    four"]
    (OUT / "gemma_pieces.json").write_text(json.dumps({
        "versions": VERSIONS, "types": types, "scores": [spm.get_score(i) for i in range(len(pieces))],
        "tokens": [piece.replace("▁", " ") if type == 4 else piece for piece, type in zip(pieces, types)],
        "expected": [{"text": text, "ids": spm.encode(text, add_bos=True)} for text in texts]}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        folder = Path(sys.argv[1])
        fields = transformers.AutoConfig.from_pretrained(folder).to_dict()
        write(fields, arrays_of(folder), sys.argv[2])
    else:
        main()
        experts()
        expected_ids()
        expected_pieces()
