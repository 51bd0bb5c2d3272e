"""Writes the golden folder that the test of EmbeddingGemma in @qkv/pretrained reads.

Run: python golden/make_embedding_gemma.py      (torch, transformers, tokenizers, sentence-transformers)

A tiny Gemma 3 with random weights that reads texts in both directions, in a folder as Sentence Transformers saves it, with the
modules of EmbeddingGemma: the mean of the tokens, two linear maps without a bias, length 1; and prompts. The tokenizer is that which
make_text_tasks.py wrote.
"""

import json
import tempfile
from pathlib import Path

import sentence_transformers
import tokenizers
import torch
import transformers
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling

GOLDEN = Path(__file__).parent.parent / "packages" / "pretrained" / "test" / "golden"
OUT = GOLDEN / "embedding-gemma"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
            "sentence-transformers": sentence_transformers.__version__}
TOKENIZER = transformers.BertTokenizerFast(
    tokenizer_object=tokenizers.Tokenizer.from_file(str(GOLDEN / "tasks" / "tokenizer.json")), model_max_length=24)
TEXTS = ["Ada Lovelace wrote programs in London.", "the café is open until noon", "No.",
         "Charles Babbage built engines, and Ada wrote what they were to do, long before there was one."]
KEPT = ["config.json", "model.safetensors", "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json",
        "tokenizer_config.json"]
CONFIG = dict(vocab_size=len(TOKENIZER), hidden_size=16, num_hidden_layers=3, num_attention_heads=2, num_key_value_heads=1,
              head_dim=6, intermediate_size=11, max_position_embeddings=64, query_pre_attn_scalar=6, sliding_window=7,
              layer_types=["sliding_attention", "full_attention", "sliding_attention"], use_bidirectional_attention=True,
              pad_token_id=TOKENIZER.pad_token_id, attn_implementation="eager")


def main():
    torch.manual_seed(11)
    model = transformers.Gemma3TextModel(transformers.Gemma3TextConfig(**CONFIG)).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3 if parameter.ndim == 1 else 1.5 * parameter.shape[-1] ** -0.5)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as saved:
        model.save_pretrained(folder)
        TOKENIZER.save_pretrained(folder)
        dense = [Dense(16, 20, bias=False, activation_function=torch.nn.Identity()),
                 Dense(20, 12, bias=False, activation_function=torch.nn.Identity())]
        encoder = SentenceTransformer(
            modules=[Transformer(folder), Pooling(16, "mean"), *dense, Normalize()], device="cpu",
            prompts={"query": "a query: ", "document": "passage: "})
        encoder.save_pretrained(saved)
        paths = [Path(saved, name) for name in KEPT] + [path for path in Path(saved).glob("*_*/*")]
        for path in paths:
            target = OUT / path.relative_to(saved)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
        cases = [dict(name=name, vectors=encoder.encode(TEXTS, prompt_name=name).tolist()) for name in ("query", "document")]
        (OUT / "expected.json").write_text(json.dumps(dict(versions=VERSIONS, texts=TEXTS, cases=cases), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    main()
