"""Writes the golden files that the parity tests of BERT in @qkv/transformer and @qkv/pretrained read.

Run: python golden/make_bert.py

Each file is a tiny model of one class: its weights as save_pretrained writes them, a padded batch of pairs of texts,
every hidden state, the attentions, the outputs and the loss. Every parameter is random (fresh biases are 0 and fresh
norms 1, and would test nothing).
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
SIZES = dict(vocab_size=23, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=17,
             max_position_embeddings=16, type_vocab_size=3, attn_implementation="eager")
LABELS = ["red", "green", "blue", "none"]
# name: class, config, labels for the loss
MODELS = {
    "bert-model": (transformers.BertModel, dict(), None),
    "bert-masked": (transformers.BertForMaskedLM, dict(hidden_act="gelu_new"), "tokens"),
    "bert-masked-untied": (transformers.BertForMaskedLM, dict(tie_word_embeddings=False), "tokens"),
    "bert-classifier": (transformers.BertForSequenceClassification, dict(id2label=dict(enumerate(LABELS))), "class"),
    "bert-regression": (transformers.BertForSequenceClassification, dict(num_labels=1, hidden_act="relu"), "number"),
    "bert-several": (transformers.BertForSequenceClassification,
                     dict(num_labels=3, problem_type="multi_label_classification"), "several"),
    "bert-tokens": (transformers.BertForTokenClassification, dict(num_labels=5, classifier_dropout=0.2), "kinds"),
    "bert-answers": (transformers.BertForQuestionAnswering, dict(layer_norm_eps=1e-6), "spans"),
}


def labels(kind, ids, keep):
    if kind == "tokens":
        return dict(labels=torch.where((torch.arange(ids.shape[1]) % 3 == 1) & (keep == 1), ids, -100))
    if kind == "class":
        return dict(labels=torch.tensor([2, 0]))
    if kind == "number":
        return dict(labels=torch.tensor([0.7, -1.2]))
    if kind == "several":
        return dict(labels=torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
    if kind == "kinds":
        return dict(labels=torch.where(keep == 1, ids % 5, -100))
    return dict(start_positions=torch.tensor([1, 3]), end_positions=torch.tensor([4, 3]))


def make(name, seed):
    kind, options, wanted = MODELS[name]
    torch.manual_seed(seed)
    model = kind(transformers.BertConfig(**SIZES | options)).eval()
    for key, parameter in model.named_parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0 if key.endswith("weight") else 0.0, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)
    ids = torch.randint(0, SIZES["vocab_size"], (2, 9))
    keep = torch.ones_like(ids)
    keep[1, 6:] = 0
    types = (torch.arange(9) >= 4).long() + torch.tensor([[0], [1]])
    given = {} if wanted is None else labels(wanted, ids, keep)
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=keep, token_type_ids=types, output_hidden_states=True,
                    output_attentions=True, **given)
        bare = model(input_ids=ids)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        weights, config = load_file(f"{folder}/model.safetensors"), json.loads(Path(folder, "config.json").read_text())
    outputs = {key: out[key] for key in ("logits", "start_logits", "end_logits", "last_hidden_state", "pooler_output", "loss")
               if key in out}
    first = next(key for key in ("logits", "start_logits", "last_hidden_state") if key in bare)
    target = given.get("labels") if "labels" in given else (
        torch.stack([given["start_positions"], given["end_positions"]], 1) if given else None)
    tensors = {
        **{f"weights/{key}": tensor for key, tensor in weights.items()},
        "input/ids": ids.int(), "input/keep": keep.int(), "input/types": types.int(),
        **({} if target is None else {"input/labels": target.int() if target.dtype == torch.int64 else target}),
        **{f"output/{key}": tensor.reshape(1) if tensor.ndim == 0 else tensor for key, tensor in outputs.items()},
        f"bare/{first}": bare[first].detach(),
        **{f"output/hidden_states.{i}": tensor for i, tensor in enumerate(out.hidden_states)},
        **{f"output/attentions.{i}": tensor for i, tensor in enumerate(out.attentions)},
    }
    save_file({key: tensor.detach().clone().contiguous() for key, tensor in tensors.items()}, OUT / f"{name}.safetensors",
              metadata={"made_by": json.dumps(VERSIONS | {"seed": seed})})
    (OUT / f"{name}.json").write_text(json.dumps({"versions": VERSIONS, "config": config}, indent=2) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    for seed, name in enumerate(MODELS):
        make(name, seed)
