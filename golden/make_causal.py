"""Writes the golden files that the parity tests of decoder-only models in @qkv/transformer read.

Run: python golden/make_causal.py [NAME...]

Each checkpoint is a tiny model of one family. `NAME.safetensors` holds its weights as save_pretrained writes them, the
inputs, every hidden state, the attentions and the logits; `NAME.json` holds config.json and what `generate` answers to
several sets of options for prompts of different lengths. Every parameter starts random (fresh biases are 0 and fresh
norms 1, and would test nothing); then the model half learns to count on, since what an untaught one generates is one
token for ever. Widths differ wherever the architecture lets them.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import torch
import transformers
from safetensors.torch import load_file, save_file

OUT = Path(__file__).parent.parent / "packages" / "transformer" / "test" / "golden"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
EOS, PAD, VOCABULARY = 0, 1, 31

LLAMA = dict(vocab_size=VOCABULARY, hidden_size=12, intermediate_size=17, num_hidden_layers=2, num_attention_heads=3,
             max_position_embeddings=48, bos_token_id=2, eos_token_id=EOS, pad_token_id=PAD)
# One line per checkpoint: what differs between them is what the parity tests can see.
CHECKPOINTS = {
    "gpt2": lambda: transformers.GPT2Config(
        vocab_size=VOCABULARY, n_positions=48, n_embd=12, n_layer=2, n_head=3, n_inner=19, bos_token_id=2,
        eos_token_id=EOS, pad_token_id=PAD),
    # queries in groups, tied, biases everywhere, stretched as Llama 3.1's
    "llama": lambda: transformers.LlamaConfig(**LLAMA | dict(
        num_attention_heads=4, num_key_value_heads=2, head_dim=6, tie_word_embeddings=True, attention_bias=True,
        mlp_bias=True, rope_parameters=dict(
            rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
            original_max_position_embeddings=16))),
    # no bias, one key-value head, untied, stretched by YaRN
    "mistral": lambda: transformers.MistralConfig(**LLAMA | dict(
        num_key_value_heads=1, head_dim=4, sliding_window=None, rope_parameters=dict(
            rope_type="yarn", rope_theta=1000.0, factor=4.0, original_max_position_embeddings=12))),
    "qwen2": lambda: transformers.Qwen2Config(**LLAMA | dict(num_key_value_heads=3, hidden_act="gelu")),
    "qwen3": lambda: transformers.Qwen3Config(**LLAMA | dict(
        num_attention_heads=4, num_key_value_heads=2, head_dim=8, attention_bias=True, tie_word_embeddings=True)),
    # a window in every layer, shorter than most prompts; two sets of rotary positions, the second beyond 10 tokens
    "mistral-window": lambda: transformers.MistralConfig(**LLAMA | dict(
        num_key_value_heads=1, head_dim=4, sliding_window=4, rope_parameters=dict(
            rope_type="longrope", rope_theta=1000.0, short_factor=[1.0, 1.4], long_factor=[1.5, 3.0],
            original_max_position_embeddings=10))),
    # a window in the second layer alone
    "qwen2-window": lambda: transformers.Qwen2Config(**LLAMA | dict(
        num_key_value_heads=3, use_sliding_window=True, sliding_window=3, max_window_layers=1, rope_parameters=dict(
            rope_type="yarn", rope_theta=500.0, factor=3.0, original_max_position_embeddings=16, truncate=False,
            mscale=0.7, mscale_all_dim=0.4))),
    # scores divided by the layer's number alone
    "gpt2-scaled": lambda: transformers.GPT2Config(
        vocab_size=VOCABULARY, n_positions=48, n_embd=12, n_layer=2, n_head=3, n_inner=19, bos_token_id=2,
        eos_token_id=EOS, pad_token_id=PAD, scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True),
}
# Families whose blocks differ from those above: smaller, with the searches that tell them apart.
SMALL = dict(vocab_size=VOCABULARY, hidden_size=8, intermediate_size=11, num_hidden_layers=2, num_attention_heads=2,
             max_position_embeddings=48, bos_token_id=2, eos_token_id=EOS, pad_token_id=PAD)
FALCON = dict(vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, ffn_hidden_size=11,
              max_position_embeddings=48, bos_token_id=2, eos_token_id=EOS, pad_token_id=PAD)
SMALL_CHECKPOINTS = {
    # (1 + w) norms, scaled embeddings, heads wider than the model
    "gemma": lambda: transformers.GemmaConfig(**SMALL | dict(num_key_value_heads=1, head_dim=6)),
    # norms on both sides, soft caps that bend, windows in turns
    "gemma2": lambda: transformers.Gemma2Config(**SMALL | dict(
        num_key_value_heads=1, head_dim=6, query_pre_attn_scalar=3, attn_logit_softcapping=1.5,
        final_logit_softcapping=4.0, sliding_window=4, tie_word_embeddings=False, attention_bias=True)),
    # norms of queries and keys, rotary positions of their own in the layers with a window
    "gemma3_text": lambda: transformers.Gemma3TextConfig(**SMALL | dict(
        num_key_value_heads=2, head_dim=6, query_pre_attn_scalar=5, sliding_window=3, num_hidden_layers=3,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"], final_logit_softcapping=5.0,
        rope_parameters=dict(full_attention=dict(rope_type="linear", factor=2.0, rope_theta=300.0),
                             sliding_attention=dict(rope_type="default", rope_theta=20.0)))),
    # a layer without positions, and with a window
    "smollm3": lambda: transformers.SmolLM3Config(**SMALL | dict(
        num_key_value_heads=1, no_rope_layers=[1, 0], use_sliding_window=True, sliding_window=5)),
    # half of each head turns
    "phi3": lambda: transformers.Phi3Config(**SMALL | dict(
        num_key_value_heads=1, sliding_window=5, rope_parameters=dict(
            rope_type="default", rope_theta=100.0, partial_rotary_factor=0.5))),
    # rotary positions that change within the texts
    "phi3-longrope": lambda: transformers.Phi3Config(**SMALL | dict(
        num_key_value_heads=2, original_max_position_embeddings=10, rope_parameters=dict(
            rope_type="longrope", rope_theta=100.0, short_factor=[1.0, 1.5], long_factor=[2.0, 3.5]))),
    # norms of what each sublayer gives, and over all heads at once
    "olmo2": lambda: transformers.Olmo2Config(**SMALL | dict(num_key_value_heads=1)),
    # a factor in every place
    "granite": lambda: transformers.GraniteConfig(**SMALL | dict(
        num_key_value_heads=1, embedding_multiplier=1.7, logits_scaling=0.6, residual_multiplier=0.7,
        attention_multiplier=0.3, attention_bias=True)),
    # attention and feed-forward side by side, half of each head turns, tied
    "gpt_neox": lambda: transformers.GPTNeoXConfig(**SMALL | dict(
        tie_word_embeddings=True, rope_parameters=dict(
            rope_type="default", rope_theta=100.0, partial_rotary_factor=0.5))),
    # one after the other, all turns, no bias
    "gpt_neox-sequential": lambda: transformers.GPTNeoXConfig(**SMALL | dict(
        use_parallel_residual=False, attention_bias=False, hidden_act="relu", rope_parameters=dict(
            rope_type="default", rope_theta=100.0, partial_rotary_factor=1.0))),
    # side by side behind one norm, a bias of the logits
    "phi": lambda: transformers.PhiConfig(**SMALL | dict(
        num_key_value_heads=1, qk_layernorm=True, tie_word_embeddings=True, rope_parameters=dict(
            rope_type="default", rope_theta=100.0, partial_rotary_factor=0.5))),
    "stablelm": lambda: transformers.StableLmConfig(**SMALL | dict(
        num_key_value_heads=1, use_qkv_bias=True, use_parallel_residual=False, rope_parameters=dict(
            rope_type="default", rope_theta=100.0, partial_rotary_factor=0.5))),
    # neighbours turn, no bias of the norms, side by side
    "cohere": lambda: transformers.CohereConfig(**SMALL | dict(num_key_value_heads=1, logit_scale=0.6)),
    "gptj": lambda: transformers.GPTJConfig(
        vocab_size=VOCABULARY, n_positions=48, n_embd=8, n_layer=2, n_head=2, n_inner=11, rotary_dim=2, bos_token_id=2,
        eos_token_id=EOS, pad_token_id=PAD),
    # learned positions that padding does not count for
    "opt": lambda: transformers.OPTConfig(**SMALL | dict(ffn_dim=11, dropout=0.0)),
    "opt-post": lambda: transformers.OPTConfig(**SMALL | dict(
        ffn_dim=11, dropout=0.0, do_layer_norm_before=False, enable_bias=False, tie_word_embeddings=False)),
    # ALiBi, a norm of the embeddings
    "bloom": lambda: transformers.BloomConfig(
        vocab_size=VOCABULARY, hidden_size=9, n_layer=2, n_head=3, bos_token_id=2, eos_token_id=EOS, pad_token_id=PAD),
    # one head of keys and values
    "falcon": lambda: transformers.FalconConfig(**FALCON),
    # groups of heads, a norm of its own for each sublayer
    "falcon-new": lambda: transformers.FalconConfig(**FALCON | dict(
        new_decoder_architecture=True, num_kv_heads=2, bias=True)),
    # ALiBi that is rounded, one after the other
    "falcon-alibi": lambda: transformers.FalconConfig(**FALCON | dict(
        alibi=True, multi_query=False, parallel_attn=False, bias=True, tie_word_embeddings=False)),
    "mixtral": lambda: transformers.MixtralConfig(**SMALL | dict(
        num_key_value_heads=1, intermediate_size=4, num_local_experts=3, num_experts_per_tok=2, sliding_window=5,
        output_router_logits=True, router_aux_loss_coef=0.3)),
    # a layer without experts, and an expert of all tokens
    "qwen2_moe": lambda: transformers.Qwen2MoeConfig(**SMALL | dict(
        num_key_value_heads=1, moe_intermediate_size=4, shared_expert_intermediate_size=6, num_experts=3,
        num_experts_per_tok=2, mlp_only_layers=[0])),
    "qwen3_moe": lambda: transformers.Qwen3MoeConfig(**SMALL | dict(
        num_key_value_heads=1, head_dim=6, moe_intermediate_size=4, num_experts=3, num_experts_per_tok=1,
        norm_topk_prob=True)),
}
LENGTHS = (7, 3, 7, 5)

# Hugging Face's names. Everything is explicit, so that no default of a release decides.
NEUTRAL = dict(
    do_sample=False, num_beams=1, num_return_sequences=1, length_penalty=1.0, early_stopping=False, max_length=24,
    max_new_tokens=None, min_length=0, min_new_tokens=None, no_repeat_ngram_size=0, repetition_penalty=1.0,
    bad_words_ids=None, forced_eos_token_id=None, renormalize_logits=False, suppress_tokens=None,
    begin_suppress_tokens=None, eos_token_id=EOS, use_cache=True,
)
GENERATIONS = [
    dict(),
    dict(max_new_tokens=6),
    dict(min_new_tokens=9, max_new_tokens=12),
    dict(min_length=14, forced_eos_token_id=EOS),
    dict(no_repeat_ngram_size=2),
    dict(repetition_penalty=1.7, begin_suppress_tokens=[EOS, 6, 9]),
    dict(bad_words_ids=[[5], [7, 9], [3, 4, 6]], suppress_tokens=[2, 8]),
    dict(num_beams=4, max_new_tokens=10),
    dict(num_beams=3, early_stopping=True, num_return_sequences=3, max_new_tokens=9),
    dict(num_beams=3, early_stopping="never", length_penalty=2.0, max_new_tokens=12),
    dict(num_beams=4, length_penalty=0.0, num_return_sequences=2),
    dict(num_beams=2, length_penalty=-0.5, no_repeat_ngram_size=2, min_new_tokens=4),
    dict(num_beams=3, eos_token_id=[EOS, 16, 20, 21], num_return_sequences=2),
]
SMALL_GENERATIONS = [dict(), dict(max_new_tokens=11), dict(num_beams=3, max_new_tokens=9)]


def build(config, seed):
    torch.manual_seed(seed)
    # Falcon's eager attention adds ALiBi twice.
    attention = "sdpa" if getattr(config, "alibi", False) else "eager"
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation=attention)
    around = 0.0 if config.model_type.startswith("gemma") else 1.0  # there 1 is added to the weights of norms
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=around if "weight" in name else 0.0, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=0.5 * parameter.shape[-1] ** -0.5)
    return teach(model).eval()


def teach(model, steps=250):
    """Some lessons in counting on by a step of one's own: enough to wander, too few to be sure."""
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for _ in range(steps):
        starts, by = torch.randint(2, VOCABULARY, (32, 1)), torch.randint(1, 5, (32, 1))
        ids = (starts + by * torch.arange(12)) % VOCABULARY
        ids = torch.where(torch.cumsum(ids == EOS, 1) > 1, EOS, ids)
        loss = model(input_ids=ids, labels=ids).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def stages(model, **inputs):
    with torch.no_grad():
        wants = not getattr(model.config, "alibi", False)
        out = model(**inputs, output_hidden_states=True, output_attentions=wants)
    return {
        "logits": out.logits,
        **{f"hidden_states.{i}": tensor for i, tensor in enumerate(out.hidden_states)},
        **{f"attentions.{i}": tensor for i, tensor in enumerate(out.attentions or ())},
    }


def generations(model, prompts, searches):
    longest = max(LENGTHS)
    ids = torch.stack([torch.cat([torch.full((longest - len(p),), PAD), p]) for p in prompts])
    keep = torch.stack([torch.cat([torch.zeros(longest - len(p)), torch.ones(len(p))]) for p in prompts]).long()
    for options in searches:
        explicit = NEUTRAL | options | ({"max_length": None} if "max_new_tokens" in options else {})
        for start, stop in ((0, 1), (1, 2), (0, len(prompts))) if "max_new_tokens" in options else ((0, 1), (1, 2)):
            rows = slice(start, stop)
            width = longest - min(len(p) for p in prompts[rows]) if stop - start == 1 else 0
            model.generation_config = transformers.GenerationConfig(
                **explicit, pad_token_id=PAD, return_dict_in_generate=True, output_scores=True)
            with torch.no_grad():
                out = model.generate(input_ids=ids[rows, width:], attention_mask=keep[rows, width:])
            scores = getattr(out, "sequences_scores", None)
            yield {"options": options, "prompts": [p.tolist() for p in prompts[rows]], "ids": out.sequences.tolist(),
                   "scores": None if scores is None else scores.tolist()}


def saved(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(f"{folder}/model.safetensors"), json.loads(Path(folder, "config.json").read_text())


def make(name, config, seed, length, searches):
    # With the loss of a router's balance Python cannot generate from a cache.
    balances = getattr(config, "output_router_logits", None)
    config.output_router_logits = False
    model = build(config, seed)
    torch.manual_seed(seed + 100)
    prompts = [torch.randint(2, VOCABULARY, (n,)) for n in LENGTHS]
    ids = torch.randint(2, VOCABULARY, (2, length))
    keep = torch.ones_like(ids)
    # Not longer than a window: eager attention has a query that sees nothing look everywhere.
    keep[1, length - 2 if getattr(config, "sliding_window", None) else length * 2 // 3:] = 0
    answers = list(generations(model, prompts, searches))
    model.config.output_router_logits = bool(balances)
    if balances is None:
        del model.config.output_router_logits
    weights, json_config = saved(model)
    tensors = {
        **{f"weights/{key}": tensor for key, tensor in weights.items()},
        "input/ids": ids.int(), "input/keep": keep.int(),
        **{f"output/{key}": tensor for key, tensor in stages(model, input_ids=ids, attention_mask=keep).items()},
        "loss": model(input_ids=ids, labels=torch.where(keep == 1, ids, -100)).loss.detach(),
    }
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, OUT / f"{name}.safetensors",
              metadata={"made_by": json.dumps(VERSIONS | {"seed": seed})})
    lines = ",\n".join("    " + json.dumps(answer) for answer in answers)
    head = json.dumps({"versions": VERSIONS, "config": json_config}, indent=2)[:-2]
    (OUT / f"{name}.json").write_text(f'{head},\n  "generations": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    # Names of checkpoints make those alone.
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    for seed, (name, config) in enumerate((CHECKPOINTS | SMALL_CHECKPOINTS).items()):
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            sizes = (20, GENERATIONS) if name in CHECKPOINTS else (14, SMALL_GENERATIONS)
            make(name, config(), seed, *sizes)
