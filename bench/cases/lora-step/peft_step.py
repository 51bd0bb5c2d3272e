"""The step of this case by Python's PEFT on transformers: python peft_step.py FOLDER THREADS."""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import peft
import torch
import transformers

sys.path.insert(0, str(Path(__file__).parents[2] / "harness"))
from engine import serve


def main(folder, threads):
    torch.set_num_threads(int(threads))
    batch = json.loads(Path(folder, "batch.json").read_text())
    ids = torch.tensor(batch["ids"]).reshape(batch["texts"], batch["length"])
    base = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")
    model = peft.PeftModel.from_pretrained(base, f"{folder}/adapter", is_trainable=True)
    model.train()
    trained = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=5e-4, fused=True)

    def backward():
        optimizer.zero_grad()
        loss = model(input_ids=ids, labels=ids, use_cache=False).loss
        loss.backward()
        return loss.item()

    def step():
        backward()
        optimizer.step()

    def result():
        loss = backward()
        return [loss, torch.stack([each.grad.square().sum() for each in trained]).sum().sqrt().item()]

    serve(step, result, ids.numel())


main(*sys.argv[1:])
