"""Writes `objectives.safetensors`, which the losses of @qkv/training are held against. Run: python golden/make_objectives.py

Each loss has its inputs, its value and the gradient of its inputs: CTC by PyTorch (uneven lengths, equal labels side by side,
no labels, a row that does not fit), the contrastive loss by sentence-transformers, preference as TRL's formula, soft labels
and distillation by PyTorch.
"""
from pathlib import Path

import sentence_transformers
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

OUT = Path(__file__).parent.parent / "packages" / "training" / "test" / "golden"
VERSIONS = f"torch {torch.__version__}, sentence-transformers {sentence_transformers.__version__}, seed 0"
TENSORS: dict[str, torch.Tensor] = {}


def record(name: str, inputs: dict[str, torch.Tensor], loss: torch.Tensor) -> None:
    """The inputs, a loss of any shape, and the gradients of its sum, each row by a factor of its own."""
    factors = 1 + 0.5 * torch.arange(loss.numel(), dtype=torch.float32).reshape(loss.shape)
    (loss * factors).sum().backward()
    TENSORS[f"{name}.loss"] = loss.detach().reshape(-1)
    for key, value in inputs.items():
        TENSORS[f"{name}.{key}"] = value.detach().clone()
        if value.grad is not None:
            TENSORS[f"{name}.{key}.gradient"] = value.grad.clone()


def leaf(*shape: int) -> torch.Tensor:
    return (1.5 * torch.randn(*shape)).requires_grad_()


# steps, labels: the last row needs a step more for the blank between
ROWS = [(9, [1, 2, 2, 4]), (7, [3]), (8, []), (4, [1, 1, 1, 2]), (5, [4, 4, 1])]


def ctc() -> None:
    for name, blank, zero in [("ctc", 0, True), ("ctcBlank", 4, False)]:
        rows = [(length, [(label + blank) % 5 for label in labels]) for length, labels in ROWS]
        if not zero:
            rows = [row for row in rows if row[0] != 4]
        logits = leaf(len(rows), 9, 5)
        lengths = torch.tensor([length for length, _ in rows])
        flat = torch.tensor([label for _, labels in rows for label in labels])
        sizes = torch.tensor([len(labels) for _, labels in rows])
        loss = F.ctc_loss(logits.log_softmax(-1).transpose(0, 1), flat, lengths, sizes, blank, "none", zero)
        record(name, {"logits": logits}, loss)


def contrastive() -> None:
    for name, symmetric in [("contrastive", False), ("contrastiveNegatives", False), ("contrastiveSymmetric", True)]:
        anchors, positives, negatives = leaf(4, 6), leaf(4, 6), leaf(4, 6)
        inputs = {"anchors": anchors, "positives": positives}
        if name == "contrastiveNegatives":
            inputs["negatives"] = negatives
        if symmetric:
            scores = 20 * F.normalize(anchors, dim=-1) @ F.normalize(positives, dim=-1).T
            labels = torch.arange(4)
            loss = (F.cross_entropy(scores, labels) + F.cross_entropy(scores.T, labels)) / 2
        else:
            loss = MultipleNegativesRankingLoss(None).compute_loss_from_embeddings(list(inputs.values()), None)
        record(name, inputs, loss)


def preference() -> None:
    for name, beta, smoothing in [("dpo", 0.1, 0.0), ("dpoSmoothed", 0.7, 0.2)]:
        inputs = {key: leaf(5) for key in ["policy.chosen", "policy.rejected", "reference.chosen", "reference.rejected"]}
        chosen, rejected, reference_chosen, reference_rejected = inputs.values()
        logits = (chosen - rejected) - (reference_chosen - reference_rejected)
        losses = -F.logsigmoid(beta * logits) * (1 - smoothing) - F.logsigmoid(-beta * logits) * smoothing
        record(name, inputs, losses.mean())
    logits, labels = leaf(2, 3, 5), torch.tensor([[1, 4, -100], [-100, 0, 2]])
    each = logits.log_softmax(-1).gather(2, labels.clamp(min=0).unsqueeze(2)).squeeze(2)
    record("sequence", {"logits": logits}, (each * (labels != -100)).sum(-1))


def soft() -> None:
    logits, targets = leaf(4, 6), torch.softmax(torch.randn(4, 6), -1)
    record("soft", {"logits": logits, "targets": targets}, F.cross_entropy(logits, targets, reduction="none"))
    student, teacher = leaf(4, 6), leaf(4, 6).detach()
    temperature = 2.5
    loss = F.kl_div((student / temperature).log_softmax(-1), (teacher / temperature).softmax(-1), reduction="batchmean")
    record("distillation", {"student": student, "teacher": teacher}, loss * temperature**2)


torch.manual_seed(0)
ctc()
contrastive()
preference()
soft()
save_file(TENSORS, OUT / "objectives.safetensors", metadata={"versions": VERSIONS})
