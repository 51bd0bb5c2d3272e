"""Writes the model folders that the tests of @qkv/pretrained open. Run: python golden/make_pretrained.py

`packages/pretrained/test/golden/float32` is a tiny random MarianMTModel with a byte-level tokenizer, as transformers
saves them; `sharded` holds the same weights in bfloat16 and several files; `expected.json` what Python translates with
each, and what the tokenizer gives.
"""

import json
import shutil
from pathlib import Path

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

OUT = Path(__file__).parent.parent / "packages" / "pretrained" / "test" / "golden"
shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir(parents=True)

TEXTS = ["A dog runs.", "The snow is deep, and the dog is cold!", "Où est la gare ?", "dog"]

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=277, special_tokens=["</s>", "<pad>"], initial_alphabet=alphabet))
tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A $B </s>", special_tokens=[("</s>", 0)])
fast = transformers.PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, eos_token="</s>", pad_token="<pad>", model_input_names=["input_ids", "attention_mask"])

torch.manual_seed(0)
config = transformers.MarianConfig(
    vocab_size=len(fast), d_model=10, encoder_layers=1, decoder_layers=1, encoder_attention_heads=5,
    decoder_attention_heads=2, encoder_ffn_dim=11, decoder_ffn_dim=13, activation_function="relu", scale_embedding=True,
    max_position_embeddings=67, pad_token_id=1, eos_token_id=0, decoder_start_token_id=1, forced_eos_token_id=None,
    dropout=0.0, attn_implementation="eager")
model = transformers.MarianMTModel(config).eval()
for parameter in model.parameters():
    torch.nn.init.normal_(parameter, std=0.7)
model.final_logits_bias.normal_(std=0.3)
model.final_logits_bias[0, 0] += 2  # so that some translations end
model.generation_config = transformers.GenerationConfig(
    decoder_start_token_id=1, eos_token_id=0, pad_token_id=1, num_beams=3, max_length=23, bad_words_ids=[[1]],
    length_penalty=1.2, min_length=6, no_repeat_ngram_size=2)
model.save_pretrained(OUT / "float32")
fast.save_pretrained(OUT / "float32")
model.bfloat16().save_pretrained(OUT / "sharded", max_shard_size="4KB")

for file in OUT.glob("*/*"):
    file.chmod(0o644)


def translations(folder):
    loaded = transformers.MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    auto = transformers.AutoTokenizer.from_pretrained(OUT / "float32")
    rows = []
    for text in TEXTS:
        inputs = auto([text], return_tensors="pt")
        out = loaded.generate(**inputs, return_dict_in_generate=True, output_scores=True)
        rows.append({
            "source": text, "sourceIds": inputs["input_ids"][0].tolist(), "ids": out.sequences[0].tolist(),
            "translation": auto.decode(out.sequences[0], skip_special_tokens=True), "score": out.sequences_scores[0].item()})
    return rows


expected = {
    "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__, "tokenizers": tokenizers.__version__},
    "float32": translations(OUT / "float32"),
    "sharded": translations(OUT / "sharded"),
}
(OUT / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")
