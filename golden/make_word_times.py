"""Writes the golden file that the tests of word times in @qkv/pretrained read.

Run: python golden/make_word_times.py (after make_whisper.py, whose tiny model it reads)

Token times as `_extract_token_timestamps` gives them, of random attention and of a tiny Whisper; and words as
`_combine_tokens_into_words` makes them of texts cut into tokens at random bytes.
"""

import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import torch
import transformers
from safetensors.torch import load_file
from transformers.models.whisper.tokenization_whisper import _combine_tokens_into_words

PACKAGES = Path(__file__).parent.parent / "packages"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
extract = transformers.WhisperForConditionalGeneration._extract_token_timestamps


def steps_of(cross_attentions, heads, layers, prompt, frames, width=7):
    """Times in steps of 0.02 seconds of the tokens behind the prompt, the end token left out."""
    model = SimpleNamespace(config=SimpleNamespace(decoder_layers=layers, median_filter_width=width))
    outputs = type("Outputs", (dict,), {})(cross_attentions=cross_attentions)
    outputs.cross_attentions, outputs.sequences = cross_attentions, torch.zeros(1, 1)
    times = extract(model, outputs, heads, num_frames=torch.tensor([frames]), num_input_ids=prompt)
    return [round(time / 0.02) for time in times[0, prompt:-1].tolist()]


def attention():
    torch.manual_seed(5)
    for heads, tokens, steps, width in [(1, 1, 6, 7), (2, 5, 12, 7), (3, 6, 20, 3), (1, 4, 3, 7), (2, 9, 15, 5)]:
        weights = (3 * torch.randn(1, heads, tokens, steps)).softmax(-1).mul(1e4).round().div(1e4)
        expected = steps_of([[weights]], [[0, i] for i in range(heads)], 1, 0, 2 * steps, width)
        yield dict(heads=heads, tokens=tokens, steps=steps, width=width, data=weights.flatten().tolist(), expected=expected)


def model():
    golden = PACKAGES / "transformer" / "test" / "golden"
    tensors = load_file(golden / "whisper.safetensors")
    config = transformers.WhisperConfig(**json.loads((golden / "whisper.json").read_text())["config"])
    tiny = transformers.WhisperForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    weights = {key.removeprefix("weights/"): value for key, value in tensors.items() if key.startswith("weights/")}
    tiny.load_state_dict(weights, strict=False)
    prompt, ids, heads = [2, 5], [7, 3, 11, 4, 9], [[0, 1], [0, 0]]
    with torch.no_grad():
        out = tiny(input_features=tensors["input/features"][:1], decoder_input_ids=torch.tensor([prompt + ids]), output_attentions=True)
    for frames in (14, 10):
        expected = steps_of([out.cross_attentions], heads, 1, len(prompt), frames)
        yield dict(prompt=prompt, ids=ids, heads=heads, frames=frames, expected=expected)


TEXTS = {
    "english": " \"Well,\" he said (quietly): it's $5.50 - no more... $5 [or] 'less'!",
    "french": " ¿Qué? « Déjà vu » ; l’été, naïve – façade…",
    "japanese": "「こんにちは、世界。」私は東京へ行きます！",
    "chinese": "你好，世界。今天 天气 很好？😀 好",
    "korean": " 안녕하세요. 오늘은 (날씨가) 좋네요!",
}


class Bytes:
    """Tokens that are numbers of byte strings; an end token behind all."""

    language, eos_token_id = None, 10_000

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary

    def decode(self, ids, **_):
        return b"".join(self.vocabulary[id] for id in ids).decode("utf-8", errors="replace")


def words():
    draw = random.Random(3)
    for language, text in TEXTS.items():
        for longest in (1, 3, 6):
            data, tokens = text.encode(), []
            while data:
                size = draw.randint(1, longest)
                space = data.find(b" ", 1)  # a token of Whisper's has a space at its beginning alone
                size = min(size, space) if space > 0 else size
                tokens, data = [*tokens, data[:size]], data[size:]
            if longest == 6:
                tokens.append("é".encode()[:1])  # a text that ends inside a character
            made, _, places = _combine_tokens_into_words(Bytes(tokens), list(range(len(tokens))), language)
            yield dict(language=language, tokens=[list(token) for token in tokens],
                       words=[[word, place[0], place[-1] + 1] for word, place in zip(made, places)])


golden = dict(versions=VERSIONS, attention=list(attention()), model=list(model()), words=list(words()))
out = PACKAGES / "pretrained" / "test" / "golden" / "wordTimes.json"
out.write_text(json.dumps(golden, separators=(",", ":"), ensure_ascii=False) + "\n")
