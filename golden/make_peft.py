"""Writes the adapters that the parity tests of @qkv/pretrained read, as Python's PEFT saves them.

Run: python golden/make_peft.py [NAME...]

The bases are golden models of @qkv/transformer. `NAME/` holds adapter_config.json and adapter_model.safetensors as
`save_pretrained` writes them, and `expected.safetensors` the logits of the base with the adapter on its golden inputs. A
and B are random, since PEFT's B of zeros would test nothing, and so are the lengths of DoRA.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).parent.parent
BASES = ROOT / "packages" / "transformer" / "test" / "golden"
OUT = ROOT / "packages" / "pretrained" / "test" / "golden" / "adapters"
VERSIONS = {"peft": peft.__version__, "torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}

# name -> base, fields of LoraConfig
ADAPTERS = {
    # ends of names, two ranks, two alphas
    "llama": ("llama", dict(r=2, lora_alpha=5, target_modules=["q_proj", "v_proj", "down_proj"], task_type="CAUSAL_LM",
                            rank_pattern={"down_proj": 3}, alpha_pattern={r"layers\.1\.self_attn\.q_proj": 7})),
    # alpha / sqrt(r), a pattern of whole names
    "llama-rslora": ("llama", dict(r=3, lora_alpha=4, use_rslora=True, target_modules=r".*\.1\..*(q_proj|gate_proj)")),
    # lengths of rows; all maps but the output layer
    "mistral-dora": ("mistral", dict(r=2, lora_alpha=3, use_dora=True, target_modules="all-linear")),
    # tables and output layer of a model that does not tie them
    "mistral-table": ("mistral", dict(r=2, lora_alpha=3, target_modules=["lm_head", "k_proj"])),
    # [in, out] as Conv1D, with queries, keys and values in one; biases
    "gpt2": ("gpt2", dict(r=2, lora_alpha=4, fan_in_fan_out=True, target_modules=["c_attn", "c_proj"],
                          bias="lora_only", task_type="CAUSAL_LM")),
    "gpt2-dora": ("gpt2", dict(r=2, lora_alpha=4, fan_in_fan_out=True, use_dora=True, target_modules=["c_attn"],
                               layers_to_transform=[1])),
    # queries, keys and values of each head in turn
    "gpt_neox": ("gpt_neox", dict(r=2, lora_alpha=4, target_modules=["query_key_value", "dense"])),
    # a head that is trained whole
    "bert": ("bert-classifier", dict(r=2, lora_alpha=4, target_modules=["query", "value"], task_type="SEQ_CLS")),
    "t5": ("t5", dict(r=2, lora_alpha=4, target_modules=["q", "v", "wo"], exclude_modules=["EncDecAttention.v"],
                      task_type="SEQ_2_SEQ_LM")),
    "marian": ("marian-swish", dict(r=2, lora_alpha=4, target_modules=["k_proj", "out_proj", "fc1"],
                                    task_type="SEQ_2_SEQ_LM")),
}


def base_model(name):
    arrays = load_file(BASES / f"{name}.safetensors")
    config = json.loads((BASES / f"{name}.json").read_text())["config"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config))
        weights = {key.removeprefix("weights/"): value for key, value in arrays.items() if key.startswith("weights/")}
        save_file(weights, Path(folder) / "model.safetensors", {"format": "pt"})
        architecture = getattr(transformers, config["architectures"][0])
        return architecture.from_pretrained(folder, attn_implementation="eager").eval(), arrays


def inputs_of(arrays):
    given = {key.removeprefix("input/"): value.long() for key, value in arrays.items() if key.startswith("input/")}
    names = {"ids": "input_ids", "keep": "attention_mask", "types": "token_type_ids", "decoder_ids": "decoder_input_ids"}
    return {names[key]: value for key, value in given.items() if key in names}


def make(name):
    base, fields = ADAPTERS[name]
    model, arrays = base_model(base)
    torch.manual_seed(len(name))
    adapted = peft.get_peft_model(model, peft.LoraConfig(**fields)).eval()
    for key, parameter in adapted.named_parameters():
        if "lora_" in key or "modules_to_save" in key or (parameter.requires_grad and key.endswith("bias")):
            noise = torch.randn_like(parameter) * 0.2
            parameter.data = parameter.data * (1 + noise) if "magnitude" in key else noise
    with torch.no_grad():
        logits = adapted(**inputs_of(arrays)).logits
        plain = logits - arrays["output/logits"] if "output/logits" in arrays else logits
    assert plain.abs().max() > 1e-2, "an adapter that changes nothing tests nothing"
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    adapted.peft_config["default"].base_model_name_or_path = base
    adapted.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
    save_file({"logits": logits.contiguous()}, folder / "expected.safetensors", VERSIONS)
    print(name, sorted(load_file(folder / "adapter_model.safetensors"))[:4], file=sys.stderr)


if __name__ == "__main__":
    for each in sys.argv[1:] or ADAPTERS:
        make(each)
