"""Writes the golden files that the parity tests of wav2vec 2.0 and HuBERT in @qkv/pretrained read.

Run: python golden/make_wav2vec2.py

Each is a tiny model of characters with random weights: its arrays as save_pretrained writes them, samples of two sounds of different
lengths, every hidden state, the attentions and the logits, with an attention mask and of the first sound alone; and what
Wav2Vec2CTCTokenizer and Wav2Vec2FeatureExtractor make of some tokens and samples.
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

PACKAGES = Path(__file__).parent.parent / "packages"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
SIZES = dict(vocab_size=11, hidden_size=12, num_attention_heads=3, intermediate_size=17, num_conv_pos_embedding_groups=2)
MODELS = {
    "wav2vec2": (transformers.Wav2Vec2ForCTC, dict(num_hidden_layers=2, conv_dim=[6, 5, 7], conv_kernel=[10, 3, 2], conv_stride=[5, 2, 2],
                                                   num_conv_pos_embeddings=6)),
    "wav2vec2-stable": (transformers.Wav2Vec2ForCTC, dict(num_hidden_layers=1, conv_dim=[6, 5], conv_kernel=[7, 4], conv_stride=[3, 3],
                                                          num_conv_pos_embeddings=5, feat_extract_norm="layer", conv_bias=True,
                                                          do_stable_layer_norm=True, hidden_act="gelu_new", mask_time_prob=0.0)),
    "hubert": (transformers.HubertForCTC, dict(num_hidden_layers=1, conv_dim=[4, 5], conv_kernel=[8, 2], conv_stride=[4, 2],
                                               num_conv_pos_embeddings=4, feat_extract_activation="relu", layer_norm_eps=1e-3)),
}


def build(kind, seed, **options):
    torch.manual_seed(seed)
    config = kind.config_class(**SIZES, **options)
    model = kind._from_config(config, attn_implementation="eager").eval()
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1 or name.endswith("original0"):
            torch.nn.init.normal_(parameter, mean=1.0 if "norm.weight" in name or "original0" in name else 0.0, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
    return model


def make(name, seed):
    kind, options = MODELS[name]
    model = build(kind, seed, **options)
    samples = torch.randn(2, 160)
    mask = torch.ones(2, 160, dtype=torch.int32)
    mask[1, 101:] = 0
    samples = samples * mask
    with torch.no_grad():
        out = model(samples, attention_mask=mask, output_hidden_states=True, output_attentions=True)
        alone = model(samples[:1, :90])
    tensors = {"input/samples": samples, "input/mask": mask, "output/logits": out.logits, "output/alone": alone.logits}
    for kind in ("hidden_states", "attentions"):
        tensors |= {f"output/{kind}.{i}": tensor for i, tensor in enumerate(getattr(out, kind))}
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        weights, config = load_file(f"{folder}/model.safetensors"), json.loads(Path(folder, "config.json").read_text())
    config = {key: value for key, value in config.items() if not key.startswith(("tdnn", "xvector", "codevector", "num_codevector"))}
    tensors |= {f"weights/{key}": value for key, value in weights.items()}
    out = PACKAGES / "transformer" / "test" / "golden" / name
    save_file({key: value.contiguous() for key, value in tensors.items()}, f"{out}.safetensors")
    Path(f"{out}.json").write_text(json.dumps(dict(versions=VERSIONS, config=config), separators=(",", ":")) + "\n")


VOCABULARY = {token: id for id, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", "E", "T", "A", "'", "SH", "."])}
IDS = [[0, 0, 5, 5, 0, 5, 4, 4, 0, 6, 9, 9, 0, 8, 7, 4, 0, 0, 4, 10, 0, 3, 12, 1, 0], [4, 4, 0, 5, 6, 4, 0, 4, 10, 4], [0, 0, 0], []]
SETTINGS = [{}, dict(do_lower_case=True, clean_up_tokenization_spaces=True), dict(word_delimiter_token="E", replace_word_delimiter_char="_"),
            dict(pad_token="|", word_delimiter_token="<pad>")]


def decoded():
    for settings in SETTINGS:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "vocab.json").write_text(json.dumps(VOCABULARY))
            tokenizer = transformers.Wav2Vec2CTCTokenizer(f"{folder}/vocab.json", **settings)
            for ids in IDS:
                text = tokenizer.decode(ids, skip_special_tokens=False)
                both = tokenizer.decode(ids, output_word_offsets=True, output_char_offsets=True, skip_special_tokens=False) if ids else None
                places = lambda all, name: [[each[name], int(each["start_offset"]), int(each["end_offset"])] for each in all]
                yield dict(settings=settings, ids=ids, text=text, words=places(both.word_offsets, "word") if both else [],
                           characters=places(both.char_offsets, "char") if both else [])


def normalised():
    samples = (numpy.random.RandomState(2).randn(40) * 0.1 + 0.05).astype(numpy.float32)
    extract = transformers.Wav2Vec2FeatureExtractor(do_normalize=True)
    return dict(samples=samples.tolist(), expected=extract(samples, sampling_rate=16000, return_tensors="np").input_values[0].tolist())


for index, each in enumerate(MODELS):
    make(each, index + 31)
golden = dict(versions=VERSIONS, vocabulary=VOCABULARY, decoded=list(decoded()), normalised=normalised())
(PACKAGES / "pretrained" / "test" / "golden" / "ctc.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
