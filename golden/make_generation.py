"""Writes what transformers' logits processors make of random scores, for the tests of generation in @qkv/transformer.

Run: python golden/make_generation.py
"""

import json
import sys
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import torch
import transformers
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

OUT = Path(__file__).parent.parent / "packages" / "transformer" / "test" / "golden" / "logits_processors.json"
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


def make():
    torch.manual_seed(7)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, n_embd=4, n_head=1, n_layer=1))
    prompt = torch.tensor([[2, 5, 7, 2, 5]])
    for options in CASES:
        config = GenerationConfig(**{"max_length": 40, "eos_token_id": EOS, "pad_token_id": 1} | options)
        config, _ = model._prepare_generation_config(config)
        model._prepare_special_tokens(config)
        processors = model._get_logits_processor(config, input_ids_seq_length=3, encoder_input_ids=prompt)
        scores = torch.randn(1, VOCABULARY) * 2
        yield {"options": {k: v for k, v in options.items()}, "ids": prompt[0].tolist(), "promptLength": 3,
               "scores": scores[0].tolist(),
               "expected": [None if value == -float("inf") else value for value in processors(prompt, scores.clone())[0].tolist()]}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    lines = ",\n".join("    " + json.dumps(case) for case in make())
    OUT.write_text(f'{{\n  "versions": {json.dumps(VERSIONS)},\n  "cases": [\n{lines}\n  ]\n}}\n')
