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


def build(config, seed):
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0 if "weight" in name else 0.0, std=0.3)
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
        out = model(**inputs, output_hidden_states=True, output_attentions=True)
    return {
        "logits": out.logits,
        **{f"hidden_states.{i}": tensor for i, tensor in enumerate(out.hidden_states)},
        **{f"attentions.{i}": tensor for i, tensor in enumerate(out.attentions)},
    }


def generations(model, prompts):
    longest = max(LENGTHS)
    ids = torch.stack([torch.cat([torch.full((longest - len(p),), PAD), p]) for p in prompts])
    keep = torch.stack([torch.cat([torch.zeros(longest - len(p)), torch.ones(len(p))]) for p in prompts]).long()
    for options in GENERATIONS:
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


def make(name, config, seed):
    model = build(config, seed)
    torch.manual_seed(seed + 100)
    prompts = [torch.randint(2, VOCABULARY, (n,)) for n in LENGTHS]
    ids = torch.randint(2, VOCABULARY, (2, 20))
    keep = torch.ones_like(ids)
    # Not longer than a window: eager attention has a query that sees nothing look everywhere.
    keep[1, 18 if getattr(config, "sliding_window", None) else 13:] = 0
    answers = list(generations(model, prompts))
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
    for seed, (name, config) in enumerate(CHECKPOINTS.items()):
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            make(name, config(), seed)
