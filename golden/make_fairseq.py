"""Writes the golden files that the parity tests of BART, mBART, M2M100 and PEGASUS in @qkv/transformer read.

Run: python golden/make_fairseq.py

Each checkpoint is a tiny model with random weights, `NAME.safetensors` and `NAME.json` as make_t5.py has them. Those that
write half learn to say their source backwards; those that classify have logits and a loss alone.
"""

import json
import sys

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import torch
import transformers
from safetensors.torch import save_file

from make_marian import OUT, VERSIONS, saved, stages
from make_t5 import GENERATIONS, NEUTRAL

VOCABULARY = 17
# One line per checkpoint: what differs between them is what the parity tests can see.
CHECKPOINTS = {
    # norms after the sublayers, and of the embeddings; deeper decoder, a bias of the logits
    "bart": dict(type="Bart", seed=3, d_model=8, encoder_layers=1, decoder_layers=2, encoder_attention_heads=2,
                 decoder_attention_heads=4, encoder_ffn_dim=9, decoder_ffn_dim=7, activation_function="gelu"),
    # norms before, one at the end, scaled
    "mbart": dict(type="MBart", seed=4, d_model=6, encoder_layers=2, decoder_layers=1, encoder_attention_heads=3,
                  decoder_attention_heads=2, encoder_ffn_dim=7, decoder_ffn_dim=10, activation_function="relu", scale_embedding=True,
                  decoder_start_token_id=5, forced_bos_token_id=6),
    # positions counted from the ids, behind a padding token of an odd number; odd width
    "m2m_100": dict(type="M2M100", seed=5, d_model=9, encoder_layers=1, decoder_layers=1, encoder_attention_heads=3,
                    decoder_attention_heads=1, encoder_ffn_dim=8, decoder_ffn_dim=5, pad_token_id=3),
    # a table of sinusoids
    "pegasus": dict(type="Pegasus", seed=6, d_model=7, encoder_layers=1, decoder_layers=1, encoder_attention_heads=1,
                    decoder_attention_heads=7, encoder_ffn_dim=6, decoder_ffn_dim=9, activation_function="relu",
                    pad_token_id=0, eos_token_id=1, decoder_start_token_id=0, forced_eos_token_id=1),
}
SIZES = dict(encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=1, encoder_ffn_dim=5,
             decoder_ffn_dim=5)
CLASSIFIERS = {
    "bart-classifier": dict(type="Bart", seed=7, d_model=6, num_labels=4, **SIZES),
    # its decoder reads a text behind its own last token
    "mbart-classifier": dict(type="MBart", seed=8, d_model=6, num_labels=3, **SIZES),
}
LENGTHS = (11, 4, 7)


def build(head, type, seed, **fields):
    torch.manual_seed(seed)
    config = getattr(transformers, f"{type}Config")(
        **{"vocab_size": VOCABULARY, "max_position_embeddings": 16, "dropout": 0.0, "attention_dropout": 0.0, **fields})
    model = getattr(transformers, f"{type}{head}")._from_config(config, attn_implementation="eager")
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue  # the sinusoids
        if "norm" in name and "weight" in name:
            torch.nn.init.normal_(parameter, mean=1.0, std=0.3)
        elif parameter.ndim == 1:
            torch.nn.init.normal_(parameter, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=1.0 if "embed" in name or "shared" in name else parameter.shape[1] ** -0.5)
    for name, buffer in model.named_buffers():
        if name == "final_logits_bias":
            buffer.normal_(std=0.5)
    return model


def source(model, length):
    ids = torch.randint(4, VOCABULARY, (length,))
    ids[-1] = model.config.eos_token_id
    return ids


def teach(model, steps=400):
    """Some lessons in saying a source backwards, each token plus one: enough to wander, too few to be sure."""
    optimizer = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=1e-2)
    start = torch.full((32, 1), model.config.decoder_start_token_id)
    for _ in range(steps):
        length = int(torch.randint(2, 10, ()))
        ids = torch.stack([source(model, length) for _ in range(32)])
        labels = torch.cat([(ids[:, :-1].flip(1) - 3) % (VOCABULARY - 4) + 4, ids[:, -1:]], 1)
        loss = model(input_ids=ids, decoder_input_ids=torch.cat([start, labels[:, :-1]], 1), labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def batch(model):
    """Padded ids and what of them is real."""
    pad = model.config.pad_token_id
    ids = torch.nn.utils.rnn.pad_sequence([source(model, n) for n in LENGTHS], batch_first=True, padding_value=pad)
    if model.config.model_type == "m2m_100":
        ids[0, 3] = pad  # in the middle: it has no position, and counts for none
    return ids, (ids != pad).long()


def generations(model, ids, keep):
    config = model.config
    ends = dict(eos_token_id=config.eos_token_id, pad_token_id=config.pad_token_id,
                decoder_start_token_id=config.decoder_start_token_id)
    for options in [*GENERATIONS, dict(forced_bos_token_id=6, forced_eos_token_id=config.eos_token_id, max_length=7)]:
        model.generation_config = transformers.GenerationConfig(**NEUTRAL | ends | options)
        with torch.no_grad():
            out = model.generate(input_ids=ids, attention_mask=keep)
        scores = getattr(out, "sequences_scores", None)
        yield {"options": options, "ids": out.sequences.tolist(), "scores": None if scores is None else scores.tolist()}


def write(name, seed, tensors, config, answers):
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, OUT / f"{name}.safetensors",
              metadata={"made_by": json.dumps(VERSIONS | {"seed": seed})})
    lines = ",\n".join("    " + json.dumps(answer) for answer in answers)
    head = json.dumps({"versions": VERSIONS, "config": config}, indent=2)[:-2]
    (OUT / f"{name}.json").write_text(f'{head},\n  "generations": [\n{lines}\n  ]\n}}\n')


def make(name, options):
    model = teach(build("ForConditionalGeneration", **options)).eval()
    torch.manual_seed(options["seed"] + 100)
    ids, keep = batch(model)
    decoder_ids = torch.randint(4, VOCABULARY, (len(LENGTHS), 12))
    decoder_ids[:, 0] = model.config.decoder_start_token_id
    labels = torch.cat([decoder_ids[:, 1:], torch.full((len(LENGTHS), 1), model.config.eos_token_id)], 1)
    labels[1, 7:] = -100
    answers = list(generations(model, ids, keep))
    weights, config = saved(model)
    loss = model(input_ids=ids, attention_mask=keep, decoder_input_ids=decoder_ids, labels=labels).loss.detach()
    write(name, options["seed"], {
        **{f"weights/{key}": tensor for key, tensor in weights.items()},
        "input/ids": ids.int(), "input/keep": keep.int(), "input/decoder_ids": decoder_ids.int(),
        "input/labels": labels.int(), "loss": loss,
        **{f"output/{key}": tensor for key, tensor in stages(model, ids, keep, decoder_ids).items()},
    }, config, answers)


def make_classifier(name, options):
    model = build("ForSequenceClassification", **options).eval()
    torch.manual_seed(options["seed"] + 100)
    ids, keep = batch(model)
    labels = torch.tensor([2, 0, 1])
    weights, config = saved(model)
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=keep, labels=labels)
    write(name, options["seed"], {
        **{f"weights/{key}": tensor for key, tensor in weights.items()},
        "input/ids": ids.int(), "input/keep": keep.int(), "input/labels": labels.int(), "loss": out.loss,
        "output/logits": out.logits,
    }, config, [])


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    for name, options in CHECKPOINTS.items():
        make(name, options)
    for name, options in CLASSIFIERS.items():
        make_classifier(name, options)
