"""Writes what Python makes of the models that ship. Run: python golden/make_shipped.py

`apps/cli/test/golden/MODEL.safetensors` holds, for some sentences, the tokens of the source and of beam search's
translation, and every 37th of the logits that the model gives for them. The weights are the folder's own, float16 read as float32.
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

ROOT = Path(__file__).parent.parent
OUT = ROOT / "apps" / "cli" / "test" / "golden"
SENTENCES = {
    "en-fr": ["I love you.", "Where is the train station?", "Tom didn't know that Mary had already left the party.",
              "It's 7:30 in the morning, and I'm still in bed!"],
    "en-ko": ["I love you.", "Where is the train station?", "Two cups of coffee, please."],
    "ko-en": ["사랑해요.", "기차역이 어디예요?", "커피 두 잔 주세요."],
}


def shipped(name):
    folder = ROOT / "models" / name
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tensors, lines = {}, []
    for i, sentence in enumerate(SENTENCES[name]):
        source = tokenizer(sentence, return_tensors="pt")
        with torch.no_grad():
            target = model.generate(**source, num_beams=4, max_new_tokens=64)
            logits = model(**source, decoder_input_ids=target[:, :-1]).logits
        tensors |= {f"{i}.input_ids": source.input_ids, f"{i}.target_ids": target, f"{i}.logits": logits[0, :, ::37]}
        lines.append({"source": sentence, "translation": tokenizer.decode(target[0], skip_special_tokens=True)})
    metadata = {"torch": torch.__version__, "transformers": transformers.__version__, "lines": json.dumps(lines, ensure_ascii=False)}
    OUT.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous() for key, value in tensors.items()}, OUT / f"{name}.safetensors", metadata)
    for line in lines:
        print(line["source"], "->", line["translation"])


for name in SENTENCES:
    shipped(name)
