"""Writes the golden files that the parity tests of Whisper in @qkv/pretrained read.

Run: python golden/make_whisper.py

Each is a tiny WhisperForConditionalGeneration with random weights: its arrays as save_pretrained writes them, spectrograms, ids, every
hidden state, the attentions, the logits and the loss; and what the likeliest tokens after a prompt are, one after the other.
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
SIZES = dict(vocab_size=19, num_mel_bins=5, d_model=12, encoder_attention_heads=3, decoder_attention_heads=2,
             encoder_ffn_dim=17, decoder_ffn_dim=14, max_source_positions=7, max_target_positions=11, pad_token_id=1,
             bos_token_id=1, eos_token_id=1, decoder_start_token_id=2, begin_suppress_tokens=None)
MODELS = {
    "whisper": dict(encoder_layers=2, decoder_layers=1),
    "whisper-untied": dict(encoder_layers=1, decoder_layers=2, activation_function="gelu_new", tie_word_embeddings=False),
}


def build(seed, **options):
    torch.manual_seed(seed)
    config = transformers.WhisperConfig(**SIZES, **options)
    model = transformers.WhisperForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    if not config.tie_word_embeddings:
        model.proj_out.weight = torch.nn.Parameter(torch.zeros(config.vocab_size, config.d_model))
    for name, parameter in model.named_parameters():
        if "encoder.embed_positions" in name:
            continue  # sines and cosines
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0 if "norm.weight" in name else 0.0, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
    return model


def likeliest(model, features, prompt, count):
    ids = torch.tensor([prompt])
    for _ in range(count):
        with torch.no_grad():
            logits = model(input_features=features, decoder_input_ids=ids).logits[:, -1]
        ids = torch.cat([ids, logits.argmax(-1, keepdim=True)], 1)
    return ids[0].tolist()


def make(name, seed):
    model = build(seed, **MODELS[name])
    features = torch.randn(2, SIZES["num_mel_bins"], 2 * SIZES["max_source_positions"])
    decoder_ids = torch.randint(2, SIZES["vocab_size"], (2, 5))
    labels = torch.cat([decoder_ids[:, 1:], torch.tensor([[1], [-100]])], 1)
    with torch.no_grad():
        out = model(input_features=features, decoder_input_ids=decoder_ids, labels=labels, output_hidden_states=True,
                    output_attentions=True)
    tensors = {"output/logits": out.logits, "output/loss": out.loss, "input/features": features,
               "input/decoder_ids": decoder_ids.int(), "input/labels": labels.int()}
    for kind in ("encoder_hidden_states", "decoder_hidden_states", "encoder_attentions", "decoder_attentions",
                 "cross_attentions"):
        tensors |= {f"output/{kind}.{i}": tensor for i, tensor in enumerate(getattr(out, kind))}
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        weights, config = load_file(f"{folder}/model.safetensors"), json.loads(Path(folder, "config.json").read_text())
    tensors |= {f"weights/{key}": value for key, value in weights.items()}
    save_file({key: value.contiguous() for key, value in tensors.items()}, OUT / f"{name}.safetensors")
    expected = dict(versions=VERSIONS, config=config, prompt=[2, 5, 9], ids=likeliest(model, features[:1], [2, 5, 9], 7))
    (OUT / f"{name}.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


def timestamp_rules():
    """Which tokens may follow, by transformers' rules of timestamps: 15 is 0 seconds, and the text begins behind two tokens."""
    config = transformers.GenerationConfig(eos_token_id=13, no_timestamps_token_id=14, max_initial_timestamp_index=4)
    rules = transformers.WhisperTimeStampLogitsProcessor(config, begin_index=2)
    texts = [[], [16], [16, 3], [16, 3, 18], [16, 3, 18, 18], [16, 3, 4, 18, 18, 5, 6], [16, 16], [15, 3, 17, 17, 4, 20]]
    torch.manual_seed(4)
    for text in texts:
        for sharpness in (0.3, 3.0):
            scores = sharpness * torch.randn(1, 24)
            after = rules(torch.tensor([[2, 5, *text]]), scores.clone())
            yield dict(text=text, scores=scores[0].tolist(), allowed=torch.isfinite(after[0]).nonzero().flatten().tolist())


for index, each in enumerate(MODELS):
    make(each, index + 11)
rules = json.dumps(dict(versions=VERSIONS, cases=list(timestamp_rules())), separators=(",", ":"))
(OUT.parent.parent.parent / "pretrained" / "test" / "golden" / "timestampRules.json").write_text(rules + "\n")
