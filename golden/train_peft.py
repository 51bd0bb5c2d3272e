"""Trains LoRA adapters with Python's PEFT for apps/cli/scripts/compareFinetuning.ts, which trains the same ones.

Run: python golden/train_peft.py MODEL OUT [STEPS]

MODEL is a folder of a causal model, OUT a new folder. It gets `batches.json` (ids, mask and labels of recipes/instructions.jsonl
in the model's chat template, two pairs a batch), `initial/` with the adapter before the first step, `losses.json` with the loss of
each step (AdamW, rate 5e-4, PyTorch's other defaults), and `trained/` with the adapter after the last.

With `--check FOLDER` instead of STEPS it opens an adapter that ours saved, and prints the loss of the first batch.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import peft
import torch
import transformers

ROWS, RATE = 2, 5e-4


def batches(folder):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    lines = (Path(__file__).parent.parent / "recipes" / "instructions.jsonl").read_text().splitlines()
    rows = []
    for pair in map(json.loads, lines):
        asked = [{"role": "user", "content": pair["prompt"]}]
        answered = [*asked, {"role": "assistant", "content": pair["completion"]}]
        start = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=True)["input_ids"]
        ids = tokenizer.apply_chat_template(answered, return_dict=True)["input_ids"]
        rows.append((ids, [-100] * len(start) + ids[len(start):]))
    made = []
    for at in range(0, len(rows), ROWS):
        part = rows[at:at + ROWS]
        longest = max(len(ids) for ids, _ in part)
        pad = lambda values, filler: values + [filler] * (longest - len(values))
        made.append({"ids": [pad(ids, 0) for ids, _ in part], "mask": [pad([1] * len(ids), 0) for ids, _ in part],
                     "labels": [pad(labels, -100) for _, labels in part]})
    return made


def loss_of(model, batch):
    given = {key: torch.tensor(batch[key]) for key in batch}
    return model(input_ids=given["ids"], attention_mask=given["mask"], labels=given["labels"]).loss


def main(folder, out, *rest):
    out = Path(out)
    base = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    if rest[:1] == ("--check",):
        model = peft.PeftModel.from_pretrained(base, rest[1]).eval()
        with torch.no_grad():
            print(loss_of(model, json.loads((out / "batches.json").read_text())[0]).item())
        return
    made = batches(folder)
    out.mkdir(parents=True, exist_ok=True)
    (out / "batches.json").write_text(json.dumps(made))
    torch.manual_seed(0)
    model = peft.get_peft_model(base, peft.LoraConfig(
        r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    model.save_pretrained(out / "initial")
    model.train()
    optimizer = torch.optim.AdamW([each for each in model.parameters() if each.requires_grad], lr=RATE)
    losses = []
    for step in range(int(rest[0]) if rest else 50):
        loss = loss_of(model, made[step % len(made)])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        print(step, losses[-1], flush=True)
        (out / "losses.json").write_text(json.dumps(losses))
    model.save_pretrained(out / "trained")
    model.eval()
    with torch.no_grad():
        print("first batch, trained:", loss_of(model, made[0]).item())


if __name__ == "__main__":
    main(*sys.argv[1:])
