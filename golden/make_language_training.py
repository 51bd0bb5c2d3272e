"""Writes the losses of further training of models whose texts begin with the code of a language, which @qkv/finetuning is held to.

Run: python golden/make_language_training.py

`packages/finetuning/test/golden/NAME` is a tiny random model with its tokenizer, as save_pretrained writes them; `expected.json` has
the records, what the tokenizer makes of them, and the loss of each of 20 steps of torch's AdamW. All records are one batch; dropout is 0.
"""

import json
from pathlib import Path

import torch
import transformers
from make_vit import randomize
from tokenizer_families import pieces, sentence_piece
from transformers import MBartTokenizer, NllbTokenizer

OUT = Path(__file__).parent.parent / "packages" / "finetuning" / "test" / "golden"
RATE, DECAY = 1e-3, 0.01
RECORDS = [("Ada wrote programs in London.", "Ada a écrit des programmes."), ("No.", "Non, pas encore."), ("the café is open", "ouvert")]
SIZES = dict(d_model=8, encoder_layers=1, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=6,
             decoder_ffn_dim=10, max_position_embeddings=64, dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
             encoder_layerdrop=0.0, decoder_layerdrop=0.0)


def nllb():
    vocab, merges = sentence_piece(["<s>", "<pad>", "</s>", "<unk>", "eng_Latn", "fra_Latn", "<mask>"])
    tokenizer = NllbTokenizer(vocab=vocab, merges=merges, src_lang="eng_Latn", tgt_lang="fra_Latn")
    return tokenizer, transformers.M2M100ForConditionalGeneration(transformers.M2M100Config(vocab_size=len(tokenizer), **SIZES))


def mbart():
    vocab = pieces(["<s>", "<pad>", "</s>", "<unk>", "en_XX", "fr_XX", "<mask>"])
    tokenizer = MBartTokenizer(vocab=vocab, src_lang="en_XX", tgt_lang="fr_XX")
    return tokenizer, transformers.MBartForConditionalGeneration(transformers.MBartConfig(vocab_size=len(tokenizer), **SIZES))


def make(name, seed, parts):
    torch.manual_seed(seed)
    tokenizer, model = parts()
    randomize(model)
    folder = OUT / name
    tokenizer.save_pretrained(folder)
    model.train().save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    sources, targets = zip(*RECORDS)
    batch = tokenizer(list(sources), text_target=list(targets), return_tensors="pt", padding=True)
    labels = batch["labels"].masked_fill(batch["labels"] == tokenizer.pad_token_id, -100)
    norms = {f"{name}.{key}" for name, part in model.named_modules() if isinstance(part, torch.nn.LayerNorm) for key in ("weight", "bias")}
    tables = {f"{name}.weight" for name, part in model.named_modules() if isinstance(part, torch.nn.Embedding)}
    decays = lambda key, value: value.dim() > 1 and key not in norms | tables
    parameters = list(model.named_parameters())
    groups = [dict(params=[v for k, v in parameters if decays(k, v) is is_decayed], weight_decay=DECAY if is_decayed else 0.0) for is_decayed in (True, False)]
    optimizer = torch.optim.AdamW(groups, lr=RATE)
    losses = []
    for _ in range(20):
        loss = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    expected = {
        "settings": {"learningRate": RATE, "weightDecay": DECAY}, "languages": [tokenizer.src_lang, tokenizer.tgt_lang],
        "records": [{"source": source, "target": target} for source, target in RECORDS],
        "sources": [tokenizer(text)["input_ids"] for text in sources], "targets": [tokenizer(text_target=text)["input_ids"] for text in targets],
        "losses": losses,
    }
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    make("nllb", 31, nllb)
    make("mbart", 32, mbart)
