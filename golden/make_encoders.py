"""Writes the golden files that the parity tests of BERT and of the encoders after it in @qkv/pretrained read.

Run: python golden/make_encoders.py [NAME...]

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
BERT = dict(vocab_size=23, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=17,
            max_position_embeddings=16, type_vocab_size=3, attn_implementation="eager")
SIZES = dict(vocab_size=17, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=11,
             max_position_embeddings=12, type_vocab_size=3, attn_implementation="eager")
LABELS = ["red", "green", "blue", "none"]
NARROW = dict(embedding_size=6)
DISTILBERT = dict(vocab_size=17, dim=8, n_layers=2, n_heads=2, hidden_dim=11, max_position_embeddings=12,
                  attn_implementation="eager")
MODERN = dict(vocab_size=17, hidden_size=8, num_hidden_layers=3, num_attention_heads=2, intermediate_size=11,
              local_attention=8, pad_token_id=1, attn_implementation="eager")
# name: class, config, labels for the loss; the place of a row is its seed
MODELS = {
    "bert-model": ("Bert", "Model", BERT, None),
    "bert-masked": ("Bert", "ForMaskedLM", BERT | dict(hidden_act="gelu_new"), "tokens"),
    "bert-masked-untied": ("Bert", "ForMaskedLM", BERT | dict(tie_word_embeddings=False), "tokens"),
    "bert-classifier": ("Bert", "ForSequenceClassification", BERT | dict(id2label=dict(enumerate(LABELS))), "class"),
    "bert-regression": ("Bert", "ForSequenceClassification", BERT | dict(num_labels=1, hidden_act="relu"), "number"),
    "bert-several": ("Bert", "ForSequenceClassification",
                     BERT | dict(num_labels=3, problem_type="multi_label_classification"), "several"),
    "bert-tokens": ("Bert", "ForTokenClassification", BERT | dict(num_labels=5, classifier_dropout=0.2), "kinds"),
    "bert-answers": ("Bert", "ForQuestionAnswering", BERT | dict(layer_norm_eps=1e-6), "spans"),
    "roberta-model": ("Roberta", "Model", SIZES | dict(pad_token_id=2), None),
    "xlm-roberta-masked": ("XLMRoberta", "ForMaskedLM", SIZES | dict(hidden_act="relu"), "tokens"),
    "camembert-classifier": ("Camembert", "ForSequenceClassification", SIZES | dict(num_labels=3), "class"),
    "distilbert-masked": ("DistilBert", "ForMaskedLM", DISTILBERT | dict(sinusoidal_pos_embds=True), "tokens"),
    "distilbert-classifier": ("DistilBert", "ForSequenceClassification", DISTILBERT | dict(num_labels=3), "class"),
    "distilbert-answers": ("DistilBert", "ForQuestionAnswering", DISTILBERT | dict(activation="relu"), "spans"),
    "mpnet-model": ("MPNet", "Model", SIZES, None),
    "mpnet-masked-untied": ("MPNet", "ForMaskedLM", SIZES | dict(tie_word_embeddings=False), "tokens"),
    "mpnet-classifier": ("MPNet", "ForSequenceClassification", SIZES | dict(num_labels=3), "class"),
    "electra-discriminator": ("Electra", "ForPreTraining", SIZES | NARROW | dict(hidden_act="relu"), "replaced"),
    "electra-masked": ("Electra", "ForMaskedLM", SIZES | NARROW | dict(hidden_act="relu"), "tokens"),
    "electra-classifier": ("Electra", "ForSequenceClassification", SIZES | dict(embedding_size=8, num_labels=3), "class"),
    "albert-model": ("Albert", "Model", SIZES | NARROW | dict(num_hidden_layers=3, num_hidden_groups=2), None),
    "albert-masked": ("Albert", "ForMaskedLM", SIZES | NARROW | dict(inner_group_num=2), "tokens"),
    "albert-tokens": ("Albert", "ForTokenClassification", SIZES | NARROW | dict(num_labels=5), "kinds"),
    "deberta-v2-model": ("DebertaV2", "Model", SIZES | dict(
        relative_attention=True, position_buckets=4, pos_att_type=["p2c", "c2p"], norm_rel_ebd="layer_norm",
        share_att_key=True, position_biased_input=False, type_vocab_size=0), None),
    "deberta-v2-masked": ("DebertaV2", "ForMaskedLM", SIZES | dict(
        relative_attention=True, max_relative_positions=5, pos_att_type="p2c|c2p"), "tokens"),
    "deberta-v2-answers": ("DebertaV2", "ForQuestionAnswering", SIZES | dict(
        relative_attention=True, max_relative_positions=5, pos_att_type=["c2p"]), "spans"),
    "modernbert-model": ("ModernBert", "Model", MODERN | dict(global_attn_every_n_layers=2), None),
    "modernbert-masked": ("ModernBert", "ForMaskedLM", MODERN | dict(
        norm_bias=True, attention_bias=True, mlp_bias=True, classifier_bias=True), "tokens"),
    "modernbert-classifier": ("ModernBert", "ForSequenceClassification", MODERN | dict(
        classifier_pooling="mean", num_labels=3, hidden_activation="relu", classifier_activation="tanh"), "class"),
}


def labels(kind, ids, keep):
    if kind == "tokens":
        return dict(labels=torch.where((torch.arange(ids.shape[1]) % 3 == 1) & (keep == 1), ids, -100))
    if kind == "class":
        return dict(labels=torch.tensor([2, 0]))
    if kind == "number":
        return dict(labels=torch.tensor([0.7, -1.2]))
    if kind == "replaced":
        return dict(labels=ids % 2)
    if kind == "several":
        return dict(labels=torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
    if kind == "kinds":
        return dict(labels=torch.where(keep == 1, ids % 5, -100))
    return dict(start_positions=torch.tensor([1, 3]), end_positions=torch.tensor([4, 3]))


def make(name, seed):
    family, kind, options, wanted = MODELS[name]
    torch.manual_seed(seed)
    config = getattr(transformers, f"{family}Config")(**options)
    model = getattr(transformers, f"{family}{kind}")(config).eval()
    for key, parameter in model.named_parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0 if key.endswith("weight") else 0.0, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)
    ids = torch.randint(0, config.vocab_size, (2, 9))
    keep = torch.ones_like(ids)
    keep[1, 6:] = 0
    if family != "Bert":
        keep[0, :2] = 0
        ids[ids == config.pad_token_id] = 5
        ids[keep == 0] = config.pad_token_id
    types = (torch.arange(9) >= 4).long() + torch.tensor([[0], [1]])
    given = {} if wanted is None else labels(wanted, ids, keep)
    kinds = dict(token_type_ids=types) if getattr(config, "type_vocab_size", 0) > 0 and family != "MPNet" else {}
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=keep, **kinds, output_hidden_states=True, output_attentions=True, **given)
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
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            make(name, seed)
