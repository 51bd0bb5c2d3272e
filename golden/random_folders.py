"""Makes Hugging Face folders at random, with what transformers computes for them.

Run: python golden/random_folders.py OUT --seed 1 --count 70
     npx tsx --conditions=@qkv/source apps/cli/test/randomFolders.ts OUT

Each folder holds a tiny model of a family that QKV opens, in a setting drawn by chance (windows, every field of rotary
positions, heads tied or not, F16, BF16, shards, neutral options, old names of fields), `inputs.safetensors` with padding on
any side, `expected.safetensors` with the hidden states and logits of one pass, and `expected.json` with the ids that
`generate` gives for some options, or the error where transformers refuses the folder. Nothing of it is checked in: the
program beside compares, and other seeds make other folders.
"""

import argparse
import json
import random
import shutil
import sys
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import torch
import transformers
from random_encoders import ENCODERS, encoder, encoder_inputs
from random_speech import SPEECH, T5, speech, speech_inputs, t5
from safetensors.torch import save_file

DECODERS = ["gemma", "gemma2", "gemma3_text", "smollm3", "phi3", "olmo2", "granite", "gpt_neox",
            "phi", "stablelm", "cohere", "gptj", "opt", "bloom", "falcon", "mixtral", "qwen2_moe", "qwen3_moe"]
# Of these only eager attention is right, or there is no other: a query that sees nothing looks everywhere in it.
EAGER = {"gemma2", "bloom"}
# Encoder-decoders whose config has BART's names; the last classifies.
FAIRSEQ = ["bart", "mbart", "m2m_100", "pegasus", "bart-classifier", "mbart-classifier"]
SEQ2SEQ = {"marian", *FAIRSEQ[:4], *T5}
FAMILIES = ["gpt2", *T5, *SPEECH, "llama", "mistral", "qwen2", "qwen3", *DECODERS, "marian", *FAIRSEQ, "vit", "deit", "dinov2", "dinov2_with_registers", "swin"]
TEXT = {"gpt2", "llama", "mistral", "qwen2", "qwen3", *DECODERS}
ACTIVATIONS = ["silu", "gelu", "gelu_new", "relu", "gelu_pytorch_tanh", "quick_gelu", "relu2", "mish", "tanh"]
EOS = 2


def rope(rng, head_dim, longest, legacy):
    """A setting of rotary positions: fields of config.json."""
    kind = rng.choice(["default", "linear", "dynamic", "yarn", "yarn", "longrope", "longrope", "llama3", "proportional"])
    theta = rng.choice([10000.0, 500.0, 1000000.0, 100])
    factor = rng.choice([1.0, 1.5, 2.0, 4, 8.0])
    original = rng.choice([4, 8, 12, 16])
    fields = {"rope_type": kind}
    if kind in ("linear", "dynamic", "yarn", "llama3"):
        fields["factor"] = factor
    if kind == "yarn":
        if rng.random() < 0.8:
            fields["original_max_position_embeddings"] = original
        for name, values in {
            "truncate": [True, False, False], "attention_factor": [0.9, 1.2, None], "beta_fast": [16.0, 4, None],
            "beta_slow": [0.5, 2.0, None], "mscale": [0.707, 1.0], "mscale_all_dim": [0.5, 1.0]}.items():
            if rng.random() < 0.45:
                fields[name] = rng.choice(values)
    if kind == "longrope":
        for name in ("short_factor", "long_factor"):
            fields[name] = [round(rng.uniform(1, 4), 3) for _ in range(head_dim // 2)]
        fields["original_max_position_embeddings"] = original
        for name, values in {"factor": [2.0, 4.0, None], "attention_factor": [1.1, 0.8]}.items():
            if rng.random() < 0.4:
                fields[name] = rng.choice(values)
    if kind == "llama3":
        fields |= {"low_freq_factor": rng.choice([0.5, 1.0]), "high_freq_factor": rng.choice([2.0, 4.0]),
                   "original_max_position_embeddings": original}
    if kind == "proportional":
        fields["partial_rotary_factor"] = rng.choice([0.25, 0.5, 1.0])
        if rng.random() < 0.5:
            fields["factor"] = factor
    if kind == "default" and rng.random() < 0.2:
        fields["factor"] = 4.0  # of no use to this type
    if not legacy:
        return {"rope_parameters": {"rope_theta": theta, **fields}}
    if rng.random() < 0.5 and kind != "default":
        fields["type"] = fields.pop("rope_type")
    scaling = None if kind == "default" and rng.random() < 0.5 else fields
    top = {"rope_theta": theta, "rope_scaling": scaling}
    if "original_max_position_embeddings" in fields and rng.random() < 0.3:
        top["original_max_position_embeddings"] = fields.pop("original_max_position_embeddings")
    return top


def text_config(rng, family):
    """(config class, its fields, changes to config.json)"""
    vocabulary, heads = rng.randint(24, 48), rng.choice([2, 4])
    edges = {"bos_token_id": 1, "eos_token_id": rng.choice([EOS, EOS, [EOS, 5], None]),
             "pad_token_id": rng.choice([0, 0, None, EOS])}
    tied = rng.random() < 0.5
    if family == "gpt2":
        fields = dict(vocab_size=vocabulary, n_positions=40, n_embd=heads * rng.choice([4, 6]), n_layer=rng.randint(1, 3),
                      n_head=heads, n_inner=rng.choice([None, 17]), activation_function=rng.choice(ACTIVATIONS),
                      layer_norm_epsilon=rng.choice([1e-5, 1e-3]), tie_word_embeddings=tied, **edges,
                      scale_attn_weights=rng.random() < 0.7, scale_attn_by_inverse_layer_idx=rng.random() < 0.3,
                      reorder_and_upcast_attn=rng.random() < 0.3, add_cross_attention=rng.random() < 0.1)
        return transformers.GPT2Config, fields, {}
    if family in DECODERS:
        return decoder_config(rng, family, vocabulary, edges, tied)
    head_dim = rng.choice([4, 6, 8, 16])
    longest = rng.choice([24, 32, 64])
    layers = rng.randint(1, 3)
    legacy = rng.random() < 0.5
    places = rope(rng, head_dim, longest, legacy)
    fields = dict(vocab_size=vocabulary, hidden_size=heads * 4, intermediate_size=rng.randint(5, 20),
                  num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=rng.choice([1, 2, heads]),
                  head_dim=head_dim, hidden_act=rng.choice(ACTIVATIONS), max_position_embeddings=longest,
                  rms_norm_eps=rng.choice([1e-6, 1e-3]), tie_word_embeddings=tied, **edges)
    if family == "llama":
        fields |= dict(attention_bias=rng.random() < 0.5, mlp_bias=rng.random() < 0.5, pretraining_tp=rng.choice([1, 2]))
        if rng.random() < 0.2:
            fields["num_key_value_heads"] = None
    if family == "mistral":
        fields["sliding_window"] = rng.choice([None, 2, 3, 4, 7, 4096])
    if family == "qwen3":
        fields["attention_bias"] = rng.random() < 0.5
    if family in ("qwen2", "qwen3"):
        fields |= dict(use_sliding_window=rng.random() < 0.7, sliding_window=rng.choice([2, 3, 5, 9]),
                       max_window_layers=rng.choice([0, 1, layers, 28]))
        if rng.random() < 0.4:
            kinds = ["full_attention", "sliding_attention"]
            fields["layer_types"] = [rng.choice(kinds if fields["use_sliding_window"] else kinds[:1]) for _ in range(layers)]
    config = {"llama": transformers.LlamaConfig, "mistral": transformers.MistralConfig, "qwen2": transformers.Qwen2Config,
              "qwen3": transformers.Qwen3Config}[family]
    return config, fields, places


def decoder_config(rng, family, vocabulary, edges, tied):
    """The same for the families whose config has Llama's names."""
    flip = lambda p=0.5: rng.random() < p
    heads, layers = rng.choice([1, 2, 3, 4]), rng.randint(1, 4)
    fields = dict(vocab_size=vocabulary, hidden_size=heads * rng.choice([4, 6, 8]), intermediate_size=rng.randint(5, 20),
                  num_hidden_layers=layers, num_attention_heads=heads,
                  num_key_value_heads=rng.choice([n for n in range(1, heads + 1) if heads % n == 0]),
                  max_position_embeddings=rng.choice([24, 32, 64]), tie_word_embeddings=tied, **edges)
    activation, eps = rng.choice(ACTIVATIONS), rng.choice([1e-6, 1e-5, 1e-3, 0.05])
    head_dim, places = fields["hidden_size"] // heads, {}
    kinds = ["full_attention", "sliding_attention"]
    longest = fields["max_position_embeddings"]
    wide = rng.choice([4, 6, 8, 16])
    if family in ("gemma", "gemma2", "gemma3_text"):
        head_dim = fields["head_dim"] = wide
        fields |= {"rms_norm_eps": eps, "attention_bias": flip()}
        fields["hidden_act" if family == "gemma" else "hidden_activation"] = activation
    if family in ("gemma2", "gemma3_text"):
        fields |= dict(query_pre_attn_scalar=rng.choice([1, 3, 8, 256]), sliding_window=rng.choice([2, 3, 5, 9, 4096]),
                       final_logit_softcapping=rng.choice([None, 2.0, 30.0]),
                       attn_logit_softcapping=rng.choice([None, 0.7, 50.0]))
        if flip():
            fields["layer_types"] = [rng.choice(kinds) for _ in range(layers)]
    if family == "gemma3_text":
        fields["sliding_window_pattern"] = rng.choice([1, 2, 3, 6])
        sides = [rope(rng, head_dim, longest, False)["rope_parameters"] for _ in kinds]
        for side in sides:
            side.pop("partial_rotary_factor", None) if side["rope_type"] != "proportional" else None
        places = {"rope_parameters": dict(zip(kinds, sides))}
        if flip(0.3):
            places = {"rope_theta": 500.0, "rope_local_base_freq": 77.0}
            if flip():
                places["rope_scaling"] = {"rope_type": "linear", "factor": 4.0}
    elif family in ("smollm3", "olmo2", "granite", "cohere", "mixtral", "qwen2_moe", "qwen3_moe"):
        if family not in ("cohere", "qwen2_moe") and flip(0.3):
            head_dim = fields["head_dim"] = wide
        places = rope(rng, head_dim, longest, flip())
    if family == "smollm3":
        fields |= dict(hidden_act=activation, rms_norm_eps=eps, attention_bias=flip(), mlp_bias=flip(),
                       use_sliding_window=flip(), sliding_window=rng.choice([None, 2, 5]),
                       no_rope_layer_interval=rng.choice([1, 2, 4]))
        if flip(0.4):
            fields["no_rope_layers"] = [rng.randint(0, 1) for _ in range(layers)]
    if family == "olmo2":
        fields |= dict(hidden_act=activation, rms_norm_eps=eps, attention_bias=flip())
    if family == "granite":
        fields |= dict(hidden_act=activation, rms_norm_eps=eps, attention_bias=flip(), mlp_bias=flip())
        for name in ("embedding_multiplier", "logits_scaling", "residual_multiplier", "attention_multiplier"):
            if flip(0.7):
                fields[name] = rng.choice([0.22, 0.5, 1.0, 3.0, 12])
    if family == "phi3":
        share = rng.choice([s for s in (1.0, 0.75, 0.5, 0.25) if int(head_dim * s) % 2 == 0 and int(head_dim * s) > 0])
        original = rng.choice([4, 8, 12, 16, 4096])
        fields |= dict(hidden_act=activation, rms_norm_eps=eps, sliding_window=rng.choice([None, None, 3, 6]),
                       original_max_position_embeddings=original)
        places = {"rope_parameters": {"rope_theta": rng.choice([100.0, 10000.0]), "partial_rotary_factor": share,
                                      "rope_type": "default"}}
        if flip(0.6):
            turning = int(head_dim * share) // 2
            long = {"rope_type": "longrope"} | {
                name: [round(rng.uniform(1, 4), 3) for _ in range(turning)] for name in ("short_factor", "long_factor")}
            places["rope_parameters"] |= long
    if family == "gpt_neox":
        fields.pop("num_key_value_heads")
        share = rng.choice([s for s in (1.0, 0.75, 0.5, 0.25) if int(head_dim * s) % 2 == 0 and int(head_dim * s) > 0])
        fields |= dict(hidden_act=activation, layer_norm_eps=eps, attention_bias=flip(0.7), use_parallel_residual=flip())
        places = {"rope_parameters": {"rope_theta": rng.choice([100.0, 10000.0]), "partial_rotary_factor": share,
                                      "rope_type": rng.choice(["default", "linear"]), "factor": 3.0}}
        if flip(0.3):
            places = {"rotary_pct": share, "rotary_emb_base": 300}
    if family in ("phi", "stablelm"):
        share = rng.choice([s for s in (1.0, 0.75, 0.5, 0.25) if int(head_dim * s) % 2 == 0 and int(head_dim * s) > 0])
        fields |= dict(hidden_act=activation, layer_norm_eps=eps)
        fields |= {"qk_layernorm": flip()} if family == "phi" else {
            "use_qkv_bias": flip(), "use_parallel_residual": flip()}
        places = {"rope_parameters": {"rope_theta": rng.choice([100.0, 10000.0]), "partial_rotary_factor": share,
                                      "rope_type": rng.choice(["default", "linear"]), "factor": 3.0}}
        if flip(0.3):
            places = {"partial_rotary_factor": share, "rope_theta": 300.0}
    if family == "cohere":
        fields |= dict(hidden_act=activation, layer_norm_eps=eps, attention_bias=flip(), logit_scale=rng.choice([0.0625, 0.5, 2.0]))
    if family in ("gptj", "opt", "bloom", "falcon"):
        size, tokens = fields["hidden_size"], dict(vocab_size=vocabulary, tie_word_embeddings=tied, **edges)
        if family == "gptj":
            turning = rng.choice([n for n in (2, 4, 6, 8) if n <= head_dim])
            fields = dict(n_positions=96, n_embd=size, n_layer=layers, n_head=heads, n_inner=rng.choice([None, 13]),
                          rotary_dim=turning, activation_function=activation, layer_norm_epsilon=eps, **tokens)
        if family == "opt":
            fields = dict(hidden_size=size, num_hidden_layers=layers, num_attention_heads=heads, ffn_dim=rng.randint(5, 20),
                          max_position_embeddings=96, activation_function=activation, enable_bias=flip(),
                          do_layer_norm_before=flip(0.7), **tokens)
            if flip(0.2):
                fields["_remove_final_layer_norm"] = True
        if family == "bloom":
            fields = dict(hidden_size=size, n_layer=layers, n_head=heads, layer_norm_epsilon=eps, **tokens)
        if family == "falcon":
            fields = dict(hidden_size=size, num_hidden_layers=layers, num_attention_heads=heads, layer_norm_epsilon=eps,
                          ffn_hidden_size=rng.choice([None, 14]), bias=flip(), activation=rng.choice(["gelu", "relu"]),
                          max_position_embeddings=96, alibi=flip(0.4), multi_query=flip(), parallel_attn=flip(),
                          new_decoder_architecture=flip(0.4), **tokens)
            if fields["new_decoder_architecture"]:
                fields |= dict(parallel_attn=True, num_ln_in_parallel_attn=rng.choice([None, 1, 2]),
                               num_kv_heads=rng.choice([n for n in range(1, heads + 1) if heads % n == 0]))
    if family in ("mixtral", "qwen2_moe", "qwen3_moe"):
        experts = rng.randint(1, 6)
        fields |= dict(hidden_act=activation, rms_norm_eps=eps, num_experts_per_tok=rng.randint(1, experts))
        if family == "mixtral":
            fields |= dict(num_local_experts=experts, sliding_window=rng.choice([None, None, 3, 6]))
        else:
            fields |= dict(num_experts=experts, norm_topk_prob=flip(), moe_intermediate_size=rng.randint(3, 9),
                           decoder_sparse_step=rng.choice([1, 1, 2]), mlp_only_layers=rng.choice([None, [], [0], [1, 2]]),
                           use_sliding_window=flip(0.4), sliding_window=rng.choice([2, 5]))
        if family == "qwen2_moe":
            fields |= dict(shared_expert_intermediate_size=rng.randint(3, 9), qkv_bias=flip(),
                           max_window_layers=rng.choice([0, 1, 28]))
        if family == "qwen3_moe":
            fields["attention_bias"] = flip()
    names = {"gemma": "Gemma", "gemma2": "Gemma2", "gemma3_text": "Gemma3Text", "smollm3": "SmolLM3", "phi3": "Phi3",
             "olmo2": "Olmo2", "granite": "Granite", "gpt_neox": "GPTNeoX", "phi": "Phi", "stablelm": "StableLm",
             "cohere": "Cohere", "gptj": "GPTJ", "opt": "OPT", "bloom": "Bloom", "falcon": "Falcon", "mixtral": "Mixtral",
             "qwen2_moe": "Qwen2Moe", "qwen3_moe": "Qwen3Moe"}
    return getattr(transformers, f"{names[family]}Config"), fields, places


def marian_config(rng):
    heads, vocabulary, shared = rng.choice([1, 2, 4]), rng.randint(24, 40), rng.random() < 0.6
    pad = vocabulary - 1
    fields = dict(
        vocab_size=vocabulary, d_model=heads * rng.choice([4, 5, 6]), encoder_layers=rng.randint(1, 3),
        decoder_layers=rng.randint(1, 2), encoder_attention_heads=heads, decoder_attention_heads=heads,
        encoder_ffn_dim=rng.randint(4, 20), decoder_ffn_dim=rng.randint(4, 20), max_position_embeddings=32,
        activation_function=rng.choice(["swish", "relu", "gelu", "gelu_new"]), scale_embedding=rng.random() < 0.5,
        pad_token_id=pad, decoder_start_token_id=pad, eos_token_id=0, share_encoder_decoder_embeddings=shared,
        tie_word_embeddings=rng.random() < 0.8, forced_eos_token_id=rng.choice([0, None]))
    if not shared:
        fields["decoder_vocab_size"] = vocabulary + rng.randint(0, 5)
    old = rng.random() < 0.5 and {"static_position_embeddings": True, "normalize_before": False, "normalize_embedding": False,
                                  "add_final_layer_norm": False, "add_bias_logits": False, "extra_pos_embeddings": 0}
    return transformers.MarianConfig, fields, old or {}


def fairseq_config(rng, family):
    kind = family.split("-")[0]
    heads = rng.choice([1, 2, 3, 4])
    width = heads * rng.choice([4, 5, 6, 7])
    divisors = [n for n in range(1, width + 1) if width % n == 0 and n < 9]
    pad, eos, bos = (0, 1, None) if kind == "pegasus" else rng.choice([(1, 2, 0), (1, 2, 0), (3, 2, 0)])
    fields = dict(
        vocab_size=rng.randint(24, 40), d_model=width, encoder_layers=rng.randint(1, 3), decoder_layers=rng.randint(1, 3),
        encoder_attention_heads=rng.choice(divisors), decoder_attention_heads=heads,
        encoder_ffn_dim=rng.randint(4, 20), decoder_ffn_dim=rng.randint(4, 20), max_position_embeddings=rng.choice([28, 32]),
        activation_function=rng.choice(ACTIVATIONS), scale_embedding=rng.random() < 0.5, pad_token_id=pad, eos_token_id=eos,
        tie_word_embeddings=rng.random() < 0.75)
    if bos is not None:
        fields["bos_token_id"] = bos
    if rng.random() < 0.6 and kind != "m2m_100":
        fields["forced_eos_token_id"] = rng.choice([eos, None])
    if rng.random() < 0.6:
        fields["decoder_start_token_id"] = rng.choice([eos, pad, 5])
    if family.endswith("-classifier"):
        fields |= dict(num_labels=rng.choice([1, 2, 3, 5]), classifier_dropout=rng.choice([0.0, 0.1]))
    old = rng.random() < 0.5 and {"static_position_embeddings": kind == "pegasus", "normalize_before": kind != "bart",
                                  "normalize_embedding": kind != "pegasus", "add_final_layer_norm": kind != "bart",
                                  "add_bias_logits": False, "extra_pos_embeddings": rng.choice([1, 2])}
    Config = {"bart": transformers.BartConfig, "mbart": transformers.MBartConfig, "m2m_100": transformers.M2M100Config,
              "pegasus": transformers.PegasusConfig}[kind]
    return Config, fields, old or {}


def image_config(rng, family):
    heads = rng.choice([1, 2, 3])
    shape = rng.choice([(8, 8), (8, 12), 12])
    common = dict(image_size=shape, patch_size=rng.choice([4, 2]), num_channels=rng.choice([1, 3]),
                  hidden_act=rng.choice(["gelu", "relu", "gelu_new", "silu"]), qkv_bias=rng.random() < 0.7,
                  layer_norm_eps=rng.choice([1e-6, 1e-12, 1e-3]), num_labels=rng.choice([1, 3, 5]))
    if family == "swin":
        common |= dict(image_size=16, patch_size=2, window_size=rng.choice([2, 4]), embed_dim=6, depths=[2, 1],
                       num_heads=[1, 2], mlp_ratio=rng.choice([2.0, 4.0]), use_absolute_embeddings=rng.random() < 0.4)
        return transformers.SwinConfig, common, {}
    common |= dict(hidden_size=heads * rng.choice([4, 6]), num_hidden_layers=rng.randint(1, 3), num_attention_heads=heads)
    if family in ("vit", "deit"):
        common["intermediate_size"] = rng.randint(5, 30)
        return {"vit": transformers.ViTConfig, "deit": transformers.DeiTConfig}[family], common, {}
    common |= dict(mlp_ratio=rng.choice([2, 4]), layerscale_value=rng.choice([1.0, 0.3]), use_swiglu_ffn=rng.random() < 0.5)
    if family == "dinov2_with_registers":
        common["num_register_tokens"] = rng.choice([0, 2, 4])
        return transformers.Dinov2WithRegistersConfig, common, {}
    return transformers.Dinov2Config, common, {}


def build(rng, family):
    if family in ENCODERS:
        model, Auto = encoder(rng, family)
        return randomized(rng, model), Auto, {}
    if family in SPEECH or family in T5:
        model, Auto = speech(rng, family) if family in SPEECH else t5(rng, family)
        return randomized(rng, model), Auto, {}
    if family in TEXT:
        (Config, fields, changes), Auto = text_config(rng, family), transformers.AutoModelForCausalLM
    elif family in SEQ2SEQ:
        made = marian_config(rng) if family == "marian" else fairseq_config(rng, family)
        (Config, fields, changes), Auto = made, transformers.AutoModelForSeq2SeqLM
    elif family in FAIRSEQ:
        (Config, fields, changes), Auto = fairseq_config(rng, family), transformers.AutoModelForSequenceClassification
    else:
        Config, fields, changes = image_config(rng, family)
        Auto = transformers.AutoModelForImageClassification if rng.random() < 0.7 else transformers.AutoModel
    fresh = {name: value for name, value in changes.items() if name == "rope_parameters"}
    model = randomized(rng, Auto.from_config(Config(**fields, **fresh), **implementation(family)))
    return model, Auto, {k: v for k, v in changes.items() if k not in fresh}


def randomized(rng, model):
    for name, parameter in model.named_parameters():
        if "embed_positions" in name and not parameter.requires_grad:
            continue  # the sinusoids
        if parameter.ndim <= 1:
            torch.nn.init.normal_(parameter, mean=1.0 if "norm" in name and "weight" in name else 0.0, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=rng.choice([0.5, 0.8, 1.2]) * parameter.shape[-1] ** -0.5)
    for name, buffer in model.named_buffers():
        if name == "final_logits_bias" and rng.random() < 0.7:
            buffer.normal_(std=0.5)
    return model.eval()


NEUTRAL = {
    "typical_p": 1.0, "epsilon_cutoff": 0.0, "eta_cutoff": 0.0, "encoder_repetition_penalty": 1.0, "top_p": 1.0,
    "output_logits": False, "output_scores": False, "use_cache": True, "diversity_penalty": 0.0, "num_beam_groups": 1,
    "min_p": None, "sequence_bias": None, "stop_strings": None, "guidance_scale": None, "encoder_no_repeat_ngram_size": 0,
    "temperature": 1.0, "renormalize_logits": False, "remove_invalid_values": False, "length_penalty": 1.0,
    "alignment_heads": [[1, 2]], "lang_to_id": {"<|en|>": 3}, "is_multilingual": False, "no_timestamps_token_id": 9,
    "prediction_length": 4, "max_initial_timestamp_index": 1,
}


def generation_config(rng, model):
    """The generation_config.json to write, or None for no file at all."""
    if rng.random() < 0.25:
        return None
    given = {k: getattr(model.config, k, None) for k in ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")}
    if rng.random() < 0.15:
        given.pop("eos_token_id")
    for name in rng.sample(sorted(NEUTRAL), rng.randint(0, 6)):
        given[name] = NEUTRAL[name]
    if model.config.model_type in SEQ2SEQ:
        given |= {"forced_eos_token_id": rng.choice([model.config.eos_token_id, None]), "bad_words_ids": [[model.config.pad_token_id]]}
        if rng.random() < 0.3:
            given["forced_bos_token_id"] = rng.choice([4, 7])
    if rng.random() < 0.3:
        given |= rng.choice([{"num_beams": 3}, {"max_length": 19}, {"repetition_penalty": 1.4}, {"max_new_tokens": 7}])
    return {name: value for name, value in given.items() if value is not None or rng.random() < 0.5}


def searches(rng, vocabulary):
    """Some sets of options of generate; the first has only what the folder says."""
    draw = lambda n: [rng.randrange(3, vocabulary) for _ in range(n)]
    pool = [
        {"max_new_tokens": 9}, {"num_beams": 3, "max_new_tokens": 8}, {"num_beams": 2, "num_return_sequences": 2, "max_length": 20},
        {"num_beams": 4, "length_penalty": 0.3, "early_stopping": True, "max_new_tokens": 7},
        {"num_beams": 3, "early_stopping": "never", "length_penalty": 1.5, "max_new_tokens": 9},
        {"repetition_penalty": 1.6, "max_new_tokens": 9}, {"no_repeat_ngram_size": 2, "max_new_tokens": 10},
        {"no_repeat_ngram_size": 1, "num_beams": 2, "max_new_tokens": 6}, {"encoder_repetition_penalty": 1.7, "max_new_tokens": 8},
        {"encoder_no_repeat_ngram_size": 2, "max_new_tokens": 8}, {"encoder_no_repeat_ngram_size": 1, "num_beams": 2, "max_new_tokens": 6},
        {"sequence_bias": [[draw(1), 2.5], [draw(2), -3.0], [draw(3), 4.0]], "max_new_tokens": 9},
        {"exponential_decay_length_penalty": [3, 1.4], "max_new_tokens": 12}, {"min_new_tokens": 5, "max_new_tokens": 9},
        {"min_length": 14, "max_new_tokens": 9}, {"forced_eos_token_id": EOS, "max_new_tokens": 6},
        {"forced_eos_token_id": [EOS, 7], "max_new_tokens": 6}, {"bad_words_ids": [draw(1), draw(2)], "max_new_tokens": 9},
        {"suppress_tokens": draw(3), "begin_suppress_tokens": draw(8), "max_new_tokens": 9}, {"renormalize_logits": True, "num_beams": 3, "max_new_tokens": 8},
        {"max_new_tokens": 24}, {"max_new_tokens": 1}, {"eos_token_id": draw(3), "num_beams": 2, "max_new_tokens": 8}, {"remove_invalid_values": True, "max_new_tokens": 4},
    ]
    return [{}] + rng.sample(pool, 5)


def text_inputs(rng, model, family):
    vocabulary = model.config.vocab_size
    batch, length = rng.randint(1, 3), rng.choice([1, rng.randint(2, 14), rng.randint(2, 14)])
    if family not in {"gpt2", "opt", "gptj", *SEQ2SEQ, *FAIRSEQ} and rng.random() < 0.25:
        length = rng.randint(34, 70)  # beyond the positions, and several windows long
    ids = torch.tensor([[rng.randrange(4 if family in FAIRSEQ else 3, vocabulary - 1) for _ in range(length)] for _ in range(batch)])
    keep = torch.ones_like(ids)
    side = rng.choice(["none", "left", "left", "right", "both"])
    for row in range(batch):
        room = length - 1
        before = rng.randint(0, room) if side in ("left", "both") else 0
        after = rng.randint(0, room - before) if side in ("right", "both") else 0
        keep[row, :before] = 0
        keep[row, length - after:] = 0
    pad = model.config.pad_token_id
    ids[keep == 0] = pad if pad is not None else 0
    inputs = {"input_ids": ids, "attention_mask": keep}
    if family in FAIRSEQ and family not in SEQ2SEQ:  # reads what the decoder has at the last end token
        for row in range(batch):
            ids[row, keep[row].nonzero()[-1]] = model.config.eos_token_id
    if family in SEQ2SEQ:
        own = family == "marian" and not model.config.share_encoder_decoder_embeddings
        size = model.config.decoder_vocab_size if own else vocabulary
        start = model.config.decoder_start_token_id
        tail = rng.choice([0, 4, 4, 9])
        decoder = [[0 if start is None else start] + [rng.randrange(1, size) for _ in range(tail)] for _ in range(batch)]
        inputs["decoder_input_ids"] = torch.tensor(decoder)
    return inputs


def numbered(name, tensors):
    return {f"{name}.{i}": tensor for i, tensor in enumerate(tensors or ())}


def implementation(family):
    """How a family's attention is computed."""
    experts = {"experts_implementation": "eager"} if family in ("mixtral", "qwen2_moe", "qwen3_moe") else {}
    return experts | ({"attn_implementation": "eager"} if family in EAGER else {})


def forward(model, inputs, family):
    with torch.no_grad():
        out = model(**inputs, output_hidden_states=True, **({"output_attentions": True} if family in ENCODERS else {}))
    if family in SEQ2SEQ or family in FAIRSEQ or family == "whisper":
        found = {"logits": out.logits, **numbered("encoder_hidden_states", out.encoder_hidden_states),
                 **numbered("decoder_hidden_states", out.decoder_hidden_states)}
    else:
        found = numbered("hidden_states", out.hidden_states)
        if family in ENCODERS:
            found |= numbered("attentions", out.attentions)
        for name in ("logits", "start_logits", "end_logits", "last_hidden_state", "pooler_output"):
            if getattr(out, name, None) is not None:
                found[name] = getattr(out, name)
    return {name: tensor.float().contiguous().clone() for name, tensor in found.items()}


def error_text(error):
    return f"{type(error).__name__}: {str(error)[:300]}"


def generations(folder, Auto, inputs, options, family):
    # A fresh model for each: some rotary positions remember the longest text they have seen.
    given = {name: inputs[name] for name in ("input_ids", "attention_mask")}
    for each in options:
        try:
            model = Auto.from_pretrained(folder, dtype=torch.float32, **implementation(family)).eval()
            with torch.no_grad():
                # a cache of Python's T5 has as many layers as its encoder
                uncached = {"use_cache": False} if family in T5 else {}
                yield {"options": each, "ids": model.generate(**given, **uncached, **each).tolist()}
        except Exception as error:
            yield {"options": each, "error": error_text(error)}


def make(out, seed, index, families):
    rng = random.Random(f"{seed}-{index}")
    torch.manual_seed(rng.randrange(2**31))
    if families:
        family = families[index % len(families)]
    else:
        family = FAMILIES[index % len(FAMILIES)] if rng.random() < 0.4 else rng.choice(sorted(TEXT | SEQ2SEQ))
    folder = out / f"{seed}-{index:03d}-{family}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    expected = {"family": family} | ({"ignorePadding": True} if family in EAGER | {"falcon"} else {})
    try:
        model, Auto, changes = build(rng, family)
        dtype = rng.choice([torch.float32, torch.float32, torch.float16, torch.bfloat16])
        shards = {"max_shard_size": "6KB"} if rng.random() < 0.3 else {}
        model.to(dtype).save_pretrained(folder, **shards)
        config = json.loads((folder / "config.json").read_text())
        if {"rope_scaling", "rope_theta", "rotary_pct"} & changes.keys():
            config.pop("rope_parameters", None)
        (folder / "config.json").write_text(json.dumps(config | changes, indent=1))
        file = generation_config(rng, model) if family in TEXT | SEQ2SEQ else None
        (folder / "generation_config.json").unlink(missing_ok=True)
        if file is not None:
            (folder / "generation_config.json").write_text(json.dumps(file))
        if family in TEXT or family in SEQ2SEQ or family in FAIRSEQ:
            inputs = text_inputs(rng, model, family)
        elif family in ENCODERS:
            inputs = encoder_inputs(rng, model)
        elif family in SPEECH:
            inputs = speech_inputs(rng, model)
        else:
            height, width = (model.config.image_size,) * 2 if isinstance(model.config.image_size, int) else model.config.image_size
            inputs = {"pixel_values": torch.randn(2, model.config.num_channels, height, width)}
        save_file({k: (v.int() if v.dtype == torch.int64 else v).contiguous() for k, v in inputs.items()}, folder / "inputs.safetensors")
        eager = {"attn_implementation": "eager"} if family in ENCODERS else implementation(family)
        model = Auto.from_pretrained(folder, dtype=torch.float32, **eager).eval()
        save_file(forward(model, inputs, family), folder / "expected.safetensors")
        if "input_ids" in inputs and (family in TEXT or family in SEQ2SEQ):
            options = searches(rng, min(model.config.vocab_size, getattr(model.config, "decoder_vocab_size", None) or 10**6))
            expected["generations"] = list(generations(folder, Auto, inputs, options, family))
    except Exception as error:
        expected["error"] = error_text(error)
    (folder / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=70)
    parser.add_argument("--families", nargs="*", default=[], help="those alone, such as bert roberta; encoders, fairseq: all of those")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    import warnings
    warnings.simplefilter("ignore")
    families = {"encoders": ENCODERS, "fairseq": FAIRSEQ}.get(" ".join(arguments.families), arguments.families)
    for index in range(arguments.first, arguments.first + arguments.count):
        make(arguments.out, arguments.seed, index, families)
        print(index, flush=True)
