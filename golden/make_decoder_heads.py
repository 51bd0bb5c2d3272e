"""Writes the golden files that the parity tests of decoders with other heads than a language model's read.

Run: python golden/make_decoder_heads.py [NAME...]      (torch, transformers)

Each file is a tiny model of one class: its weights as save_pretrained writes them, a batch that is padded on the right, its
outputs and loss, and the outputs of the same texts padded on the left. Every parameter is random.
"""

import json
import sys
import tempfile
from pathlib import Path

from make_encoders import OUT, VERSIONS, labels

import torch
import transformers
from safetensors.torch import load_file, save_file

PAD = 1
SIZES = dict(vocab_size=17, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=11, head_dim=6,
             max_position_embeddings=24, bos_token_id=2, eos_token_id=3, pad_token_id=PAD, attn_implementation="eager")
SHARED = SIZES | dict(num_key_value_heads=1)
NARROW = {key: value for key, value in SIZES.items() if key != "head_dim"}
GEMMA = SHARED | dict(num_hidden_layers=3, query_pre_attn_scalar=7, sliding_window=5, use_bidirectional_attention=True,
                      layer_types=["sliding_attention", "full_attention", "sliding_attention"])
GPT2 = dict(vocab_size=17, n_embd=8, n_layer=2, n_head=2, n_inner=11, n_positions=24, bos_token_id=2, eos_token_id=3,
            pad_token_id=PAD, attn_implementation="eager")
# name: class, config, labels for the loss; the place of a row is its seed
MODELS = {
    "gemma3-model": ("Gemma3Text", "Model", GEMMA, None),
    "gemma3-classifier": ("Gemma3Text", "ForSequenceClassification", GEMMA | dict(num_labels=3, sliding_window=4), "class"),
    "llama-classifier": ("Llama", "ForSequenceClassification", SHARED | dict(id2label={0: "bad", 1: "good", 2: "fair"}), "class"),
    "llama-answers": ("Llama", "ForQuestionAnswering", SHARED, "spans"),
    "qwen3-regression": ("Qwen3", "ForSequenceClassification", SHARED | dict(num_labels=1), "number"),
    "mistral-several": ("Mistral", "ForSequenceClassification",
                        SHARED | dict(num_labels=3, sliding_window=4, problem_type="multi_label_classification"), "several"),
    "phi3-tokens": ("Phi3", "ForTokenClassification", NARROW | dict(num_key_value_heads=1, num_labels=5), "kinds"),
    "gpt2-classifier": ("GPT2", "ForSequenceClassification", GPT2 | dict(num_labels=3), "class"),
    "gpt2-tokens": ("GPT2", "ForTokenClassification", GPT2 | dict(num_labels=5), "kinds"),
    "gpt2-base": ("GPT2", "Model", GPT2, None),
    "falcon-answers": ("Falcon", "ForQuestionAnswering", NARROW | dict(
        new_decoder_architecture=True, num_kv_heads=1, bias=False, alibi=False), "spans"),
    "gpt-neox-tokens": ("GPTNeoX", "ForTokenClassification", NARROW | dict(num_labels=3, rope_parameters=dict(
        rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.5)), "threes"),
}


def make(name, seed):
    family, kind, options, wanted = MODELS[name]
    torch.manual_seed(seed)
    config = getattr(transformers, f"{family}Config")(**options)
    model = getattr(transformers, f"{family}{kind}")(config).eval()
    for key, parameter in model.named_parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0 if key.endswith("weight") and family != "Gemma3Text" else 0.0, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=1.5 * parameter.shape[-1] ** -0.5)
    ids = torch.randint(4, config.vocab_size, (2, 9))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    ids[mask == 0] = PAD
    given = {} if wanted is None else labels("kinds" if wanted == "threes" else wanted, ids, mask)
    if wanted == "threes":
        given = dict(labels=torch.where(mask == 1, ids % 3, -100))
    left_ids, left_mask = (torch.cat([row[:1], row[1:].roll(3, 1)]) for row in (ids, mask))
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=mask, **given)
        left = model(input_ids=left_ids, attention_mask=left_mask)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        weights, config = load_file(f"{folder}/model.safetensors"), json.loads(Path(folder, "config.json").read_text())
    names = [key for key in ("logits", "start_logits", "end_logits", "last_hidden_state") if key in out]
    target = given.get("labels") if "labels" in given else (
        torch.stack([given["start_positions"], given["end_positions"]], 1) if given else None)
    tensors = {
        **{f"weights/{key}": tensor for key, tensor in weights.items()},
        "input/ids": ids.int(), "input/mask": mask.int(), "left/ids": left_ids.int(), "left/mask": left_mask.int(),
        **({} if target is None else {"input/labels": target.int() if target.dtype == torch.int64 else target}),
        **{f"output/{key}": out[key] for key in names}, **({"output/loss": out["loss"].reshape(1)} if given else {}),
        **{f"left-output/{key}": left[key] for key in names},
    }
    save_file({key: tensor.detach().clone().contiguous() for key, tensor in tensors.items()}, OUT / f"{name}.safetensors",
              metadata={"made_by": json.dumps(VERSIONS | {"seed": seed})})
    (OUT / f"{name}.json").write_text(json.dumps({"versions": VERSIONS, "config": config}, indent=2) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    for seed, name in enumerate(MODELS):
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            make(name, seed)
