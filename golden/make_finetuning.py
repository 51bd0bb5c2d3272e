"""Loss curves of fine-tuning in PyTorch, from the tiny models of golden/make_text_tasks.py.

python golden/make_finetuning.py  ->  packages/finetuning/test/golden/curves.json

All examples are one batch, dropout is 0 and the optimizer is torch's AdamW, so that each step's loss is comparable.
"""

import json
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoModel, AutoModelForSequenceClassification, AutoModelForTokenClassification
from transformers import PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parent.parent / "packages"
TASKS = ROOT / "pretrained/test/golden/tasks"
OUT = ROOT / "finetuning/test/golden/curves.json"
STEPS, RATE, DECAY = 20, 1e-3, 0.01
TEMPERATURE, SHARE = 3.0, 0.7

TEXTS = [
    ["ada wrote a program", 0],
    ["the engine is in london.", 1],
    ["open about noon, what is a program and an engine", 1],
    ["an engine", 0],
]
TAGGED = [
    [["ada", "wrote", "programs"], [1, 0, 0]],
    [["london", "is", "opening"], [2, 0, 1]],
]
PAIRS = [
    ["ada wrote a program", "a program and an engine"],
    ["open about noon", "about noon in london"],
    ["the engine is in london.", "what is an engine"],
]


def opened(name, cls):
    expected = json.loads((TASKS / "expected.json").read_text())[name]
    config = expected.get("config") or expected["cases"][0]["config"]
    config = {**config, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "classifier_dropout": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        weights = {"embedder": "encoder"}.get(name, name)
        (Path(folder) / "config.json").write_text(json.dumps(config))
        (Path(folder) / "model.safetensors").write_bytes((TASKS / f"{weights}.safetensors").read_bytes())
        model = cls.from_pretrained(folder, attn_implementation="eager")
    return model.train(), config


def curve(model, loss_of):
    """Losses of each step, with weight decay on matrices alone."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embeddings" not in n]
    rest = [p for n, p in model.named_parameters() if p.ndim != 2 or "embeddings" in n]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main():
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(TASKS / "tokenizer.json"), pad_token="[PAD]")

    def batch(texts, **more):
        return tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=True, **more)

    out = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__}}
    out["settings"] = {"learningRate": RATE, "weightDecay": DECAY}

    model, config = opened("classifier", AutoModelForSequenceClassification)
    labels = torch.tensor([label for _, label in TEXTS])
    inputs = batch([text for text, _ in TEXTS])
    names = [config["id2label"][str(i)] for i in range(len(config["id2label"]))]
    records = [{"text": text, "label": names[label]} for text, label in TEXTS]
    losses = curve(model, lambda: model(**inputs, labels=labels).loss)
    out["text-classification"] = {"model": "classifier", "labels": names, "records": records, "losses": losses}

    # A teacher that knows the opposite, and is surer of it.
    model, _ = opened("classifier", AutoModelForSequenceClassification)
    teacher, _ = opened("classifier", AutoModelForSequenceClassification)
    with torch.no_grad():
        teacher.classifier.weight.mul_(-5)
        known = teacher(**inputs).logits

    def taught():
        logits = model(**inputs).logits
        own, told = [torch.log_softmax(each / TEMPERATURE, -1) for each in (logits, known)]
        learned = torch.nn.functional.kl_div(own, told, reduction="batchmean", log_target=True) * TEMPERATURE**2
        return SHARE * learned + (1 - SHARE) * torch.nn.functional.cross_entropy(logits, labels)

    out["teacher"] = {"temperature": TEMPERATURE, "share": SHARE, "scale": -5, "losses": curve(model, taught)}

    model, config = opened("tagger", AutoModelForTokenClassification)
    inputs = batch([words for words, _ in TAGGED], is_split_into_words=True)
    rows = []
    for i, (_, tags) in enumerate(TAGGED):
        before, row = None, []
        for word in inputs.word_ids(i):
            row.append(-100 if word is None or word == before else tags[word])
            before = word
        rows.append(row)
    names = [config["id2label"][str(i)] for i in range(len(config["id2label"]))]
    records = [{"tokens": words, "tags": [names[tag] for tag in tags]} for words, tags in TAGGED]
    # A mean over all tokens: those of the model's own loss.
    losses = curve(model, lambda: model(**inputs, labels=torch.tensor(rows)).loss)
    out["token-classification"] = {"model": "tagger", "labels": names, "records": records, "losses": losses}

    model, _ = opened("embedder", AutoModel)

    def vectors(texts):
        given = batch(texts)
        mask = given["attention_mask"].unsqueeze(-1).float()
        hidden = model(**given).last_hidden_state
        return torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)

    def ranking():
        scores = 20 * vectors([a for a, _ in PAIRS]) @ vectors([p for _, p in PAIRS]).T
        return torch.nn.functional.cross_entropy(scores, torch.arange(len(PAIRS)))

    records = [{"anchor": anchor, "positive": positive} for anchor, positive in PAIRS]
    out["sentence-embeddings"] = {"model": "embedder", "records": records, "losses": curve(model, ranking)}

    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
