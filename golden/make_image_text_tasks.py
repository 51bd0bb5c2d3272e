"""Writes the tiny models of images and texts that the tests of @qkv/pretrained open, and what Python's pipelines say with them.

Run: python golden/make_image_text_tasks.py

`packages/pretrained/test/golden/clip` and `siglip` are folders as save_pretrained writes them, `clip-classifier` and
`siglip-classifier` those of classifiers on their towers for images; `expected.json` in each has the
scores of zero-shot-image-classification, the vectors of images and texts, and the ids of the texts, for images of
packages/vit/test/images; or what image-classification says. Image processors are those on Pillow.
"""

import json
from pathlib import Path

import torch
import transformers
from make_vit import randomize
from PIL import Image
from tokenizer_families import ends_of_words, sentence_piece
from transformers import AutoTokenizer, pipeline
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

ROOT = Path(__file__).parent.parent / "packages"
OUT, IMAGES = ROOT / "pretrained" / "test" / "golden", ROOT / "vit" / "test" / "images"
FILES = ["rgb.png", "palette.png"]
LABELS = ["cat", "a Dog", "two dogs, running through the snow"]
TOWER = dict(hidden_size=6, num_hidden_layers=1, num_attention_heads=2, intermediate_size=7)
VISION = TOWER | dict(image_size=8, patch_size=4)


def clip():
    vocab, merges = ends_of_words(["<|startoftext|>", "<|endoftext|>"])
    tokenizer = transformers.CLIPTokenizer(vocab=vocab, merges=merges)
    text = TOWER | dict(vocab_size=len(tokenizer), max_position_embeddings=77, bos_token_id=0, eos_token_id=1, pad_token_id=1)
    config = transformers.CLIPConfig(text_config=text, vision_config=VISION, projection_dim=5, logit_scale_init_value=2.0)
    processor = CLIPImageProcessorPil(size={"shortest_edge": 8}, crop_size={"height": 8, "width": 8})
    return transformers.CLIPModel(config), tokenizer, processor


def siglip():
    vocab, merges = sentence_piece(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"])
    tokenizer = transformers.Siglip2Tokenizer(vocab=vocab, merges=merges, padding_side="right", model_input_names=["input_ids"])
    text = TOWER | dict(vocab_size=len(tokenizer), max_position_embeddings=64, bos_token_id=2, eos_token_id=1, pad_token_id=0)
    config = transformers.SiglipConfig(text_config=text, vision_config=VISION)
    return transformers.SiglipModel(config), tokenizer, SiglipImageProcessorPil(size={"height": 8, "width": 8})


def make(name, seed, parts):
    torch.manual_seed(seed)
    model, tokenizer, processor = parts()
    randomize(model)
    folder = OUT / name
    for part in [model.eval(), tokenizer, processor]:
        part.save_pretrained(folder)
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    settings["image_processor_type"] = settings["image_processor_type"].removesuffix("Pil")
    (folder / "preprocessor_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "model.safetensors").chmod(0o644)
    opened = AutoTokenizer.from_pretrained(folder)
    classify = pipeline("zero-shot-image-classification", model=model, tokenizer=opened, image_processor=processor)
    images = [Image.open(IMAGES / file).convert("RGB") for file in FILES]
    length = dict(padding="max_length", max_length=64, truncation=True) if name == "siglip" else dict(padding=True)
    texts = opened(LABELS, return_tensors="pt", **length)
    with torch.no_grad():
        vectors = model.get_image_features(**processor(images, return_tensors="pt")).pooler_output
        captions = model.get_text_features(**texts).pooler_output
    expected = {
        "files": FILES, "labels": LABELS, "ids": opened(LABELS)["input_ids"],
        "scores": [classify(image, candidate_labels=LABELS) for image in images],
        "plain": classify(images[0], candidate_labels=LABELS, hypothesis_template="{}"),
        "images": vectors.tolist(), "texts": captions.tolist(),
    }
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")


def make_classifier(name, seed, cls, parts):
    torch.manual_seed(seed)
    model, _, processor = parts()
    config = type(model.config)(vision_config=VISION, id2label=dict(enumerate(["cat", "dog", "tram"])))
    classifier = cls(config).eval()
    randomize(classifier)
    folder = OUT / name
    for part in [classifier, processor]:
        part.save_pretrained(folder)
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    settings["image_processor_type"] = settings["image_processor_type"].removesuffix("Pil")
    (folder / "preprocessor_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "model.safetensors").chmod(0o644)
    classify = pipeline("image-classification", model=classifier, image_processor=processor)
    images = [Image.open(IMAGES / file).convert("RGB") for file in FILES]
    (folder / "expected.json").write_text(json.dumps({"files": FILES, "scores": [classify(image) for image in images]}) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    make("clip", 90, clip)
    make("siglip", 91, siglip)
    make_classifier("clip-classifier", 92, transformers.CLIPForImageClassification, clip)
    make_classifier("siglip-classifier", 93, transformers.SiglipForImageClassification, siglip)
