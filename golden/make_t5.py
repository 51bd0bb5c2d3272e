"""Writes the golden files that the parity tests of T5 in @qkv/transformer read.

Run: python golden/make_t5.py

Each checkpoint is a tiny T5ForConditionalGeneration or MT5ForConditionalGeneration. `NAME.safetensors` holds its weights
as save_pretrained writes them, the inputs, every hidden state, the attentions, the logits and the loss; `NAME.json` holds
config.json and what `generate` answers to several sets of options. Every parameter starts random; then the model half
learns to say its source backwards, since what an untaught one generates is one token for ever. Sources are longer than
the distance from which on all share a bucket.
"""

import json
import sys

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import torch
import transformers
from safetensors.torch import save_file

from make_marian import OUT, VERSIONS, saved, stages

PAD, EOS, VOCABULARY = 0, 1, 23
SIZES = dict(vocab_size=VOCABULARY, relative_attention_num_buckets=8, relative_attention_max_distance=9, dropout_rate=0.0,
             decoder_start_token_id=PAD, pad_token_id=PAD, eos_token_id=EOS)
# One line per checkpoint: what differs between them is what the parity tests can see.
CHECKPOINTS = {
    # plain, tied, its output scaled; heads narrower than the width shared among them; deeper decoder
    "t5": dict(type="T5", seed=3, d_model=12, d_kv=3, num_heads=2, d_ff=17, num_layers=1, num_decoder_layers=2),
    # as T5 1.1 and Flan: gated, an output layer of its own, unscaled; heads wider
    "t5-gated": dict(type="T5", seed=4, d_model=10, d_kv=4, num_heads=3, d_ff=13, num_layers=2, num_decoder_layers=1,
                     feed_forward_proj="gated-gelu", tie_word_embeddings=False, layer_norm_epsilon=1e-3),
    # tied and unscaled, another activation
    "mt5": dict(type="MT5", seed=5, d_model=8, d_kv=4, num_heads=2, d_ff=11, num_layers=2, feed_forward_proj="gated-silu"),
}
LENGTHS = (13, 4, 7)

# Hugging Face's names. Everything is explicit, so that no default of a release decides.
NEUTRAL = dict(
    do_sample=False, num_beams=1, num_return_sequences=1, length_penalty=1.0, early_stopping=False, max_length=14,
    max_new_tokens=None, min_length=0, no_repeat_ngram_size=0, repetition_penalty=1.0, bad_words_ids=None,
    forced_eos_token_id=None, eos_token_id=EOS, pad_token_id=PAD, decoder_start_token_id=PAD,
    use_cache=False,  # made for as many layers as the encoder has, and the decoder may have more
    return_dict_in_generate=True, output_scores=True,
)
GENERATIONS = [
    dict(),
    dict(max_length=5),
    dict(no_repeat_ngram_size=2, min_length=8),
    dict(num_beams=4),
    dict(num_beams=3, early_stopping=True, num_return_sequences=3),
    dict(num_beams=2, repetition_penalty=1.3, length_penalty=0.6),
]


def build(type, seed, tie_word_embeddings=True, **shape):
    torch.manual_seed(seed)
    config = getattr(transformers, f"{type}Config")(**SIZES, **shape, tie_word_embeddings=tie_word_embeddings)
    model = getattr(transformers, f"{type}ForConditionalGeneration")._from_config(config, attn_implementation="eager")
    if not tie_word_embeddings:  # releases since 5 tie them however the config is, and untie them by the file
        model.lm_head.weight = torch.nn.Parameter(torch.zeros(VOCABULARY, config.d_model))
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0, std=0.3)
        elif "relative" in name or "shared" in name:
            torch.nn.init.normal_(parameter, std=1.0)
        else:
            torch.nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
    return teach(model).eval()


def sources(length):
    ids = torch.randint(2, VOCABULARY, (32, length))
    ids[:, -1] = EOS
    return ids


def teach(model, steps=400):
    """Some lessons in saying a source backwards, each token plus one: enough to wander, too few to be sure."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        ids = sources(int(torch.randint(2, 10, ())))
        labels = ids[:, :-1].flip(1) % (VOCABULARY - 2) + 2
        loss = model(input_ids=ids, labels=torch.cat([labels, ids[:, -1:]], 1)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def batch():
    """Padded ids and what of them is real."""
    rows = [sources(n)[0] for n in LENGTHS]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
    return ids, (ids != PAD).long()


def generations(model, ids, keep):
    for options in GENERATIONS:
        model.generation_config = transformers.GenerationConfig(**NEUTRAL | options)
        with torch.no_grad():
            out = model.generate(input_ids=ids, attention_mask=keep)
        scores = getattr(out, "sequences_scores", None)
        yield {"options": options, "ids": out.sequences.tolist(), "scores": None if scores is None else scores.tolist()}


def make(name, options):
    model = build(**options)
    torch.manual_seed(options["seed"] + 100)
    ids, keep = batch()
    decoder_ids = torch.randint(2, VOCABULARY, (len(LENGTHS), 12))
    decoder_ids[:, 0] = PAD
    labels = torch.cat([decoder_ids[:, 1:], torch.full((len(LENGTHS), 1), EOS)], 1)
    labels[1, 7:] = -100
    answers = list(generations(model, ids, keep))
    weights, config = saved(model)
    loss = model(input_ids=ids, attention_mask=keep, decoder_input_ids=decoder_ids, labels=labels).loss.detach()
    tensors = {
        **{f"weights/{key}": tensor for key, tensor in weights.items()},
        "input/ids": ids.int(), "input/keep": keep.int(), "input/decoder_ids": decoder_ids.int(),
        "input/labels": labels.int(), "loss": loss,
        **{f"output/{key}": tensor for key, tensor in stages(model, ids, keep, decoder_ids).items()},
    }
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, OUT / f"{name}.safetensors",
              metadata={"made_by": json.dumps(VERSIONS | {"seed": options["seed"]})})
    lines = ",\n".join("    " + json.dumps(answer) for answer in answers)
    head = json.dumps({"versions": VERSIONS, "config": config}, indent=2)[:-2]
    (OUT / f"{name}.json").write_text(f'{head},\n  "generations": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    for name, options in CHECKPOINTS.items():
        make(name, options)
