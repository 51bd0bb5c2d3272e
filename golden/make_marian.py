"""Writes the golden files that the parity tests of @qkv/transformer read.

Run: python golden/make_marian.py

Each checkpoint is a tiny MarianMTModel. `NAME.safetensors` holds its weights as save_pretrained writes them, the
inputs, every hidden state, the attentions and the logits; `NAME.json` holds config.json and what `generate` answers to
several sets of options. Every parameter starts random (fresh biases are 0 and fresh norms 1, and would test nothing);
then the model half learns to say its source backwards, since what an untaught one generates is one token for ever.
Widths and head counts differ wherever the architecture lets them, and weights go through save_pretrained because the
names inside the module are not the names in the files.
"""

import json
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

OUT = Path(__file__).parent.parent / "packages" / "transformer" / "test" / "golden"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}

# One line per checkpoint: what differs between them is what the parity tests can see.
CHECKPOINTS = {
    # two kinds of heads, deeper decoder, shared embeddings, scaled
    "marian-relu": dict(
        seed=3, vocab_size=29, d_model=12, encoder_layers=1, decoder_layers=2, encoder_attention_heads=3,
        decoder_attention_heads=2, encoder_ffn_dim=14, decoder_ffn_dim=11, activation_function="relu",
        scale_embedding=True,
    ),
    # odd width, a vocabulary of its own for each side, unscaled
    "marian-gelu": dict(
        seed=0, vocab_size=23, decoder_vocab_size=31, d_model=15, encoder_layers=2, decoder_layers=1,
        encoder_attention_heads=5, decoder_attention_heads=3, encoder_ffn_dim=7, decoder_ffn_dim=13,
        activation_function="gelu", scale_embedding=False, share_encoder_decoder_embeddings=False,
    ),
    # OPUS-MT's activation; its bias of the logits is all zero, as OPUS-MT's is
    "marian-swish": dict(
        seed=1, vocab_size=37, d_model=10, encoder_layers=1, decoder_layers=1, encoder_attention_heads=5,
        decoder_attention_heads=2, encoder_ffn_dim=11, decoder_ffn_dim=17, activation_function="swish",
        scale_embedding=True, zero_logits_bias=True,
    ),
}

EOS = 0
# Sources of different lengths, each closed by the end token, as a tokenizer gives them.
LENGTHS = (7, 3, 5)

# Hugging Face's names. Everything is explicit, so that no default of a release decides.
NEUTRAL = dict(
    do_sample=False, num_beams=1, num_return_sequences=1, length_penalty=1.0, early_stopping=False, max_length=12,
    max_new_tokens=None, min_length=0, min_new_tokens=None, no_repeat_ngram_size=0, repetition_penalty=1.0,
    bad_words_ids=None, forced_bos_token_id=None, forced_eos_token_id=None, renormalize_logits=False,
    suppress_tokens=None, begin_suppress_tokens=None, eos_token_id=EOS, use_cache=True,
)
PAD = "pad"  # replaced by the checkpoint's own pad id
GENERATIONS = [
    dict(),
    dict(max_length=5),
    dict(forced_eos_token_id=EOS, bad_words_ids=[[PAD]]),
    dict(min_length=6, max_new_tokens=9),
    dict(min_new_tokens=4),
    dict(no_repeat_ngram_size=2),
    dict(repetition_penalty=1.7),
    dict(bad_words_ids=[[PAD], [5], [7, 9], [3, 4, 6]], forced_bos_token_id=11),
    dict(suppress_tokens=[2, 8], begin_suppress_tokens=[EOS, 6]),
    dict(num_beams=4),
    dict(num_beams=4, forced_eos_token_id=EOS, bad_words_ids=[[PAD]], renormalize_logits=True, num_return_sequences=4),
    dict(num_beams=3, early_stopping=True, num_return_sequences=3),
    dict(num_beams=3, early_stopping="never", length_penalty=2.0),
    dict(num_beams=5, length_penalty=0.0, num_return_sequences=2, early_stopping="never"),
    dict(num_beams=2, length_penalty=-0.5),
    dict(num_beams=4, length_penalty=0.6, max_length=6),
    dict(num_beams=4, no_repeat_ngram_size=1, max_length=9),
    dict(num_beams=4, no_repeat_ngram_size=2, repetition_penalty=1.3, min_length=5, num_return_sequences=2),
    dict(num_beams=3, forced_bos_token_id=11, bad_words_ids=[[PAD], [5], [11, 9]], min_new_tokens=3),
    dict(num_beams=2, suppress_tokens=[2, 8], begin_suppress_tokens=[6], early_stopping=True, length_penalty=1.5),
    dict(forced_bos_token_id=11, begin_suppress_tokens=[2, 6, 9, 17, 20, 27]),
    dict(eos_token_id=[EOS, 16, 20, 21]),
    dict(num_beams=3, eos_token_id=[EOS, 16, 20, 21], num_return_sequences=2),
]


def build(seed, zero_logits_bias=False, **shape):
    torch.manual_seed(seed)
    pad = shape["vocab_size"] - 1
    model = transformers.MarianMTModel(transformers.MarianConfig(
        **shape, max_position_embeddings=16, dropout=0.0, attn_implementation="eager", pad_token_id=pad,
        decoder_start_token_id=pad, eos_token_id=EOS, forced_eos_token_id=EOS,
    ))
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue  # the sinusoids
        if "norm" in name and "weight" in name:
            torch.nn.init.normal_(parameter, mean=1.0, std=0.3)
        elif parameter.ndim == 1:
            torch.nn.init.normal_(parameter, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=1.0 if "embed" in name or "shared" in name else parameter.shape[1] ** -0.5)
    if not zero_logits_bias:
        torch.nn.init.normal_(model.final_logits_bias, std=0.5)
    return teach(model).eval()


def teach(model, steps=1000):
    """Some lessons in saying a source backwards, each token plus one: enough to wander, too few to be sure."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        ids = torch.randint(1, model.config.pad_token_id, (32, int(torch.randint(2, 8, ()))))
        ids[:, -1] = EOS
        labels = ids[:, :-1].flip(1) % (model.config.pad_token_id - 1) + 1
        loss = model(input_ids=ids, labels=torch.cat([labels, ids[:, -1:]], 1)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def saved(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(f"{folder}/model.safetensors"), json.loads(Path(folder, "config.json").read_text())


def batch(model):
    """Padded ids and what of them is real."""
    sources = [torch.cat([torch.randint(1, model.config.pad_token_id, (n - 1,)), torch.tensor([EOS])]) for n in LENGTHS]
    ids = torch.nn.utils.rnn.pad_sequence(sources, batch_first=True, padding_value=model.config.pad_token_id)
    return ids, (ids != model.config.pad_token_id).long()


def stages(model, ids, keep, decoder_ids):
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=keep, decoder_input_ids=decoder_ids, output_hidden_states=True,
                    output_attentions=True)
    tensors = {"logits": out.logits}
    for kind in ("encoder_hidden_states", "decoder_hidden_states", "encoder_attentions", "decoder_attentions",
                 "cross_attentions"):
        tensors |= {f"{kind}.{i}": tensor for i, tensor in enumerate(getattr(out, kind))}
    return tensors


def generations(model, ids, keep):
    pad = model.config.pad_token_id
    for options in GENERATIONS:
        if words := options.get("bad_words_ids"):
            options = options | {"bad_words_ids": [[pad if t == PAD else t for t in word] for word in words]}
        explicit = NEUTRAL | options | ({"max_length": None} if "max_new_tokens" in options else {})
        model.generation_config = transformers.GenerationConfig(
            **explicit, pad_token_id=pad, decoder_start_token_id=pad, return_dict_in_generate=True, output_scores=True)
        with torch.no_grad():
            out = model.generate(input_ids=ids, attention_mask=keep)
        scores = getattr(out, "sequences_scores", None)
        yield {"options": options, "ids": out.sequences.tolist(), "scores": None if scores is None else scores.tolist()}


def make(name, options):
    model = build(**options)
    torch.manual_seed(options["seed"] + 100)
    ids, keep = batch(model)
    vocabulary = model.config.decoder_vocab_size
    decoder_ids = torch.randint(1, vocabulary, (len(LENGTHS), 4))
    decoder_ids[:, 0] = model.config.decoder_start_token_id
    answers = list(generations(model, ids, keep))
    weights, config = saved(model)
    tensors = {
        **{f"weights/{key}": tensor for key, tensor in weights.items()},
        "input/ids": ids.int(), "input/keep": keep.int(), "input/decoder_ids": decoder_ids.int(),
        **{f"output/{key}": tensor for key, tensor in stages(model, ids, keep, decoder_ids).items()},
    }
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, OUT / f"{name}.safetensors",
              # one entry: safetensors writes several in no fixed order, and the file should come out the same each time
              metadata={"made_by": json.dumps(VERSIONS | {"seed": options["seed"]})})
    lines = ",\n".join("    " + json.dumps(answer) for answer in answers)
    head = json.dumps({"versions": VERSIONS, "config": config}, indent=2)[:-2]
    (OUT / f"{name}.json").write_text(f'{head},\n  "generations": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    OUT.mkdir(parents=True, exist_ok=True)
    for name, options in CHECKPOINTS.items():
        make(name, options)
