"""Loss curves of fine-tuning speech in PyTorch, from the tiny models of golden/make_whisper.py and golden/make_wav2vec2.py.

python golden/make_speech_training.py  ->  packages/finetuning/test/golden/speech.json, packages/pretrained/test/golden/ctcIds.json

All clips are one batch, dropout is 0, nothing is masked at random and the optimizer is torch's AdamW, so that each step's loss is
comparable. Samples follow from whole numbers, so that both sides have the same without a file. `ctcIds.json` holds texts and the ids
that Wav2Vec2CTCTokenizer makes of them; null where one is `<unk>`.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import numpy
import torch
import transformers
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).resolve().parent.parent / "packages"
MODELS = ROOT / "transformer/test/golden"
STEPS, RATE, DECAY = 20, 1e-3, 0.01
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}

STILL = dict(
    hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, feat_proj_dropout=0.0, final_dropout=0.0, layerdrop=0.0,
    apply_spec_augment=False, mask_time_prob=0.0, mask_feature_prob=0.0,
)  # fmt: skip
VOCABULARY = {token: id for id, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", "E", "T", "A", "'", "SH", "."])}
CTC = {
    "wav2vec2": dict(config=dict(ctc_loss_reduction="sum"), masked=False, frozen=False),
    "wav2vec2-stable": dict(config=dict(ctc_loss_reduction="mean"), masked=True, frozen=True),
    "hubert": dict(config=dict(ctc_loss_reduction="mean", ctc_zero_infinity=True), masked=False, frozen=False),
}
SPOKEN = [(400, "TEA"), (310, "SHE ATE"), (260, "EAT.")]
WHISPER = dict(feature_size=5, sampling_rate=14000, hop_length=1000, n_fft=400, chunk_length=1)
WRITTEN = [(14000, "t4 t5 t6"), (9000, "t7 t8 t9 t11 t12"), (11111, "t13")]
START, END, NO_TIMESTAMPS = 2, 1, 10


def sound(length, k):
    i = numpy.arange(length, dtype=numpy.int64)
    return (((i * i * (k + 3) + 31 * i) % 997) / 997 - 0.5).astype(numpy.float32)


def opened(name, kind, **changes):
    config = json.loads((MODELS / f"{name}.json").read_text())["config"] | changes
    weights = {k.removeprefix("weights/"): v for k, v in load_file(MODELS / f"{name}.safetensors").items() if k.startswith("weights/")}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config))
        save_file(weights, f"{folder}/model.safetensors", {"format": "pt"})
        return kind.from_pretrained(folder, attn_implementation="eager").train()


def curve(model, loss_of):
    """Losses of each step, with weight decay on matrices alone, convolutions among them."""

    def decays(name, p):
        return p.ndim >= 2 and "original0" not in name and "embed_tokens" not in name and "embed_positions" not in name

    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for n, p in trained if decays(n, p)], "weight_decay": DECAY},
        {"params": [p for n, p in trained if not decays(n, p)], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def ctc_tokenizer(**settings):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "vocab.json").write_text(json.dumps(VOCABULARY))
        return transformers.Wav2Vec2CTCTokenizer(f"{folder}/vocab.json", **settings)


def of_characters(name, config, masked, frozen):
    kind = transformers.HubertForCTC if name == "hubert" else transformers.Wav2Vec2ForCTC
    model = opened(name, kind, **STILL, **config)
    if frozen:
        model.freeze_feature_encoder()
    extract = transformers.Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=masked)
    clips = [sound(length, k) for k, (length, _) in enumerate(SPOKEN)]
    inputs = extract(clips, sampling_rate=16000, padding=True, return_tensors="pt")
    tokenizer = ctc_tokenizer()
    rows = [tokenizer(text).input_ids for _, text in SPOKEN]
    longest = max(map(len, rows))
    labels = torch.tensor([row + [-100] * (longest - len(row)) for row in rows])
    losses = curve(model, lambda: model(**inputs, labels=labels).loss)
    records = [dict(samples=length, text=text) for length, text in SPOKEN]
    return dict(config=STILL | config, masked=masked, frozen=frozen, records=records, losses=losses)


def of_whisper(name):
    model = opened(name, transformers.WhisperForConditionalGeneration)
    model.model.encoder.embed_positions.requires_grad_(False)  # as its constructor does; from_pretrained of 5.24 forgets it
    extract = transformers.WhisperFeatureExtractor(**WHISPER)
    clips = [sound(length, k) for k, (length, _) in enumerate(WRITTEN)]
    features = extract(clips, sampling_rate=WHISPER["sampling_rate"], return_tensors="pt").input_features
    ids = [[START, NO_TIMESTAMPS, *(int(word[1:]) for word in text.split()), END] for _, text in WRITTEN]
    longest = max(map(len, ids)) - 1
    decoder = torch.tensor([row[:-1] + [END] * (longest - len(row) + 1) for row in ids])
    labels = torch.tensor([[-100] + row[2:] + [-100] * (longest - len(row) + 1) for row in ids])
    losses = curve(model, lambda: model(input_features=features, decoder_input_ids=decoder, labels=labels).loss)
    records = [dict(samples=length, text=text) for length, text in WRITTEN]
    return dict(records=records, losses=losses)


TEXTS = ["TEA AT", "SHE 'T.", "A  T", " TEA ", "tea at.", "EAT SH E", "SHSH", "<s>TEA</s>", "A|T", "TEZ", ""]
SETTINGS = [{}, dict(do_lower_case=True), dict(word_delimiter_token="E")]


def ids():
    for settings in SETTINGS:
        tokenizer = ctc_tokenizer(**settings)
        for text in TEXTS:
            found = tokenizer(text).input_ids
            yield dict(settings=settings, text=text, ids=None if VOCABULARY["<unk>"] in found else found)


def main():
    out = dict(versions=VERSIONS, settings=dict(learningRate=RATE, weightDecay=DECAY), vocabulary=VOCABULARY, preprocessor=WHISPER)
    out["ctc"] = {name: of_characters(name, **options) for name, options in CTC.items()}
    out["whisper"] = {name: of_whisper(name) for name in ("whisper", "whisper-untied")}
    (ROOT / "finetuning/test/golden/speech.json").write_text(json.dumps(out, indent=1) + "\n")
    texts = dict(versions=VERSIONS, vocabulary=VOCABULARY, cases=list(ids()))
    (ROOT / "pretrained/test/golden/ctcIds.json").write_text(json.dumps(texts, separators=(",", ":")) + "\n")


main()
