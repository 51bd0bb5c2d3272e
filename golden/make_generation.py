"""Writes the frequencies of every kind of rotary positions, what transformers' logits processors make of random scores, and what `generate` makes of rows that are padded on
any side, with a logits processor of one's own, and of outputs that are begun, with the golden checkpoints of make_marian.py and make_causal.py, for the tests of @qkv/transformer.

Run: python golden/make_generation.py
"""

import json
import sys
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import torch
import transformers
from safetensors.torch import load_file
from transformers.models.llama.modeling_llama import LlamaConfig, LlamaRotaryEmbedding
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, GenerationConfig, GPT2Config, GPT2LMHeadModel, LogitsProcessor

FOLDER = Path(__file__).parent.parent / "packages" / "transformer" / "test" / "golden"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
VOCABULARY, EOS = 12, 0

CASES = [
    dict(do_sample=True, top_k=0, temperature=0.6),
    dict(do_sample=True, top_k=4),
    dict(do_sample=True, top_k=0, top_p=0.7),
    dict(do_sample=True, top_k=0, min_p=0.2),
    dict(do_sample=True, top_k=0, typical_p=0.4),
    dict(do_sample=True, top_k=0, typical_p=0.9),
    dict(do_sample=True, top_k=0, epsilon_cutoff=0.05),
    dict(do_sample=True, top_k=0, epsilon_cutoff=0.9),
    dict(do_sample=True, top_k=0, eta_cutoff=0.3),
    dict(do_sample=True, top_k=0, top_h=0.4),
    dict(do_sample=True, top_k=0, top_h=0.9),
    dict(do_sample=True, top_k=6, top_p=0.9, min_p=0.05, typical_p=0.9, temperature=1.7, renormalize_logits=True),
    dict(encoder_repetition_penalty=1.5, repetition_penalty=0.7),
    dict(encoder_no_repeat_ngram_size=2),
    dict(encoder_no_repeat_ngram_size=3, no_repeat_ngram_size=2),
    dict(sequence_bias=[[[3], 1.5], [[5, 7], -2.0], [[2, 5, 1], 4.0], [[3], 0.5]]),
    dict(exponential_decay_length_penalty=(1, 1.3)),
    dict(exponential_decay_length_penalty=(9, 1.3), min_length=9),
    dict(forced_eos_token_id=[3, EOS], max_length=6),
    dict(remove_invalid_values=True, suppress_tokens=[2]),
    dict(bad_words_ids=[[4], [5, 8]], begin_suppress_tokens=[1]),
]

# The same with a processor of one's own among them.
CUSTOM = [
    dict(repetition_penalty=1.6),
    dict(renormalize_logits=True, suppress_tokens=[7]),
    dict(do_sample=True, top_k=4, temperature=0.6),
    dict(do_sample=True, top_k=0, top_p=0.8, repetition_penalty=0.5, renormalize_logits=True),
]


class Rule(LogitsProcessor):
    """Halves every score, favours a token that the last one and the length name, and forbids the last one."""

    def __call__(self, input_ids, scores):
        scores = scores / 2
        for row, ids in enumerate(input_ids.tolist()):
            scores[row, (3 * ids[-1] + len(ids)) % scores.shape[1]] += 3
            scores[row, ids[-1]] = -float("inf")
        return scores


def make():
    torch.manual_seed(7)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, n_embd=4, n_head=1, n_layer=1))
    prompt = torch.tensor([[2, 5, 7, 2, 5]])
    for options, own in [(case, []) for case in CASES] + [(case, [Rule()]) for case in CUSTOM]:
        config = GenerationConfig(**{"max_length": 40, "eos_token_id": EOS, "pad_token_id": 1} | options)
        config, _ = model._prepare_generation_config(config)
        model._prepare_special_tokens(config)
        processors = model._get_logits_processor(config, input_ids_seq_length=3, encoder_input_ids=prompt, logits_processor=own)
        scores = torch.randn(1, VOCABULARY) * 2
        yield {"options": {k: v for k, v in options.items()}, **({"custom": True} if own else {}), "ids": prompt[0].tolist(), "promptLength": 3,
               "scores": scores[0].tolist(),
               "expected": [None if value == -float("inf") else value for value in processors(prompt, scores.clone())[0].tolist()]}


CHECKPOINTS = ["marian-relu", "gpt2", "llama", "mistral-window", "qwen2-window"]
SEARCHES = [
    dict(max_new_tokens=8),
    dict(num_beams=3, num_return_sequences=2, max_new_tokens=7),
    dict(no_repeat_ngram_size=1, max_new_tokens=6),
    dict(repetition_penalty=1.8, encoder_repetition_penalty=1.4, max_new_tokens=8),
    dict(encoder_no_repeat_ngram_size=1, num_beams=2, max_new_tokens=5),
    dict(max_length=12, min_length=10, forced_eos_token_id=EOS),
]
# How many places of padding stand before and behind: of a row alone in its batch, and of three together.
PADDING = [[(3, 0)], [(0, 2)], [(2, 3)], [(0, 0), (4, 0), (1, 0)], [(0, 3), (2, 1), (1, 0)]]


def checkpoint(name):
    config = json.loads((FOLDER / f"{name}.json").read_text())["config"]
    config = AutoConfig.for_model(config.pop("model_type"), **config)
    Auto = AutoModelForSeq2SeqLM if name.startswith("marian") else AutoModelForCausalLM
    model = Auto.from_config(config).eval()
    weights = {k.removeprefix("weights/"): v for k, v in load_file(FOLDER / f"{name}.safetensors").items() if k.startswith("weights/")}
    model.load_state_dict(weights, strict=False)
    model.tie_weights()
    return model


def padded(name):
    model = checkpoint(name)
    torch.manual_seed(11)
    for padding in PADDING:
        ids = torch.randint(2, 28, (len(padding), 8))
        keep = torch.ones_like(ids)
        for row, (before, after) in enumerate(padding):
            keep[row, :before] = 0
            keep[row, 8 - after:] = 0
        ids[keep == 0] = model.config.pad_token_id
        for options in SEARCHES:
            model.generation_config = GenerationConfig(**dict(
                pad_token_id=model.config.pad_token_id, eos_token_id=EOS, bos_token_id=None,
                decoder_start_token_id=getattr(model.config, "decoder_start_token_id", None)) | options)
            with torch.no_grad():
                made = model.generate(input_ids=ids, attention_mask=keep)
            yield {"checkpoint": name, "options": options, "ids": ids.tolist(), "mask": keep.tolist(), "expected": made.tolist()}


def custom(name):
    model = checkpoint(name)
    torch.manual_seed(13)
    ids = torch.randint(2, 28, (3, 6))
    for options in [dict(max_new_tokens=8), dict(repetition_penalty=1.8, max_new_tokens=8),
                    dict(num_beams=3, num_return_sequences=2, max_new_tokens=7)]:
        model.generation_config = GenerationConfig(**dict(
            pad_token_id=model.config.pad_token_id, eos_token_id=EOS, bos_token_id=None,
            decoder_start_token_id=getattr(model.config, "decoder_start_token_id", None)) | options)
        with torch.no_grad():
            made = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), logits_processor=[Rule()])
            plain = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids))
        assert made.tolist() != plain.tolist()
        yield {"checkpoint": name, "options": options, "ids": ids.tolist(), "expected": made.tolist()}


def begun():
    """What an encoder-decoder makes of outputs that begin with given tokens, with the start token and without."""
    model = checkpoint("marian-relu")
    torch.manual_seed(17)
    ids = torch.randint(2, 28, (3, 6))
    start = model.config.decoder_start_token_id
    for options in [dict(max_new_tokens=6), dict(num_beams=3, num_return_sequences=2, max_new_tokens=6), dict(max_length=9, min_length=8),
                    dict(no_repeat_ngram_size=1, max_new_tokens=5), dict(forced_bos_token_id=5, max_new_tokens=4)]:
        for first in [[], [start]]:
            begins = torch.cat([torch.tensor([first] * 3, dtype=torch.long), torch.randint(2, 20, (3, 3))], dim=1)
            model.generation_config = GenerationConfig(**dict(
                pad_token_id=model.config.pad_token_id, eos_token_id=EOS, bos_token_id=None, decoder_start_token_id=start) | options)
            with torch.no_grad():
                made = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), decoder_input_ids=begins)
            yield {"checkpoint": "marian-relu", "options": options, "ids": ids.tolist(), "begun": begins.tolist(), "expected": made.tolist()}


HALF = 4
ROPE = [
    dict(rope_scaling=dict(type="linear", factor=3.0)),
    dict(rope_scaling=dict(type="dynamic", factor=2.0, original_max_position_embeddings=8), lengths=[4, 40, 70]),
    dict(rope_parameters=dict(rope_type="yarn", rope_theta=500.0, factor=4.0, original_max_position_embeddings=16, truncate=False)),
    dict(rope_scaling=dict(rope_type="yarn", factor=None), original_max_position_embeddings=8),
    dict(rope_scaling=dict(rope_type="yarn", factor=8.0, mscale=0.7, mscale_all_dim=0.4, beta_fast=8, beta_slow=0.5)),
    dict(rope_scaling=dict(rope_type="yarn", factor=8.0, attention_factor=1.3, mscale=0.7, beta_fast=None)),
    dict(rope_scaling=dict(rope_type="longrope", short_factor=[1.0, 1.1, 1.2, 1.3], long_factor=[2.0, 3.0, 4.0, 5.0],
                           original_max_position_embeddings=16), lengths=[16, 17]),
    dict(rope_scaling=dict(rope_type="longrope", short_factor=[1.0] * HALF, long_factor=[2.0] * HALF, factor=4.0,
                           original_max_position_embeddings=16, attention_factor=0.9), lengths=[5, 30]),
    dict(rope_parameters=dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                              original_max_position_embeddings=16)),
    dict(rope_parameters=dict(rope_type="proportional", rope_theta=100.0, partial_rotary_factor=0.5, factor=2.0)),
    dict(rope_theta=700.0, rope_scaling=dict(rope_type="default", factor=9.0)),
]


def frequencies():
    for fields in ROPE:
        fields = dict(fields)
        lengths = fields.pop("lengths", [1])
        config = dict(model_type="llama", hidden_size=16, num_attention_heads=2, max_position_embeddings=32, **fields)
        for length in lengths:
            given = json.loads(json.dumps({k: v for k, v in config.items() if k != "model_type"}))
            rotary = LlamaRotaryEmbedding(LlamaConfig(**given))
            rotary(torch.zeros(1), torch.arange(length)[None])
            yield {"config": config, "length": length, "frequencies": rotary.inv_freq.tolist(),
                   "scale": float(rotary.attention_scaling)}


def write(name, cases):
    lines = ",\n".join("    " + json.dumps(case, separators=(",", ":")) for case in cases)
    (FOLDER / name).write_text(f'{{\n  "versions": {json.dumps(VERSIONS)},\n  "cases": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    write("rope_frequencies.json", frequencies())
    write("logits_processors.json", make())
    write("padded_generations.json", [case for name in CHECKPOINTS for case in padded(name)])
    write("custom_generations.json", [case for name in ["marian-relu", "gpt2", "llama"] for case in custom(name)])
    write("begun_generations.json", list(begun()))
