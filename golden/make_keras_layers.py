"""Writes what Keras and KerasHub give for the layers of `@qkv/layers`.

Run: KERAS_BACKEND=torch python golden/make_keras_layers.py

`packages/layers/test/golden/keras.safetensors`: for each case its inputs, its weights in Keras's order and by Keras's
names, its outputs, and for some the gradients of `sum(output * probe)`. `keras.json`: each case's class and arguments.
KerasHub installs without TensorFlow by `pip install --no-deps keras-hub`: its layers need Keras alone.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import keras_hub
import numpy as np
import torch
from safetensors.numpy import save_file

OUT = Path(__file__).parent.parent / "packages" / "layers" / "test" / "golden"
random = np.random.default_rng(0)
tensors, cases = {}, {}


def normal(*shape):
    return random.normal(size=shape).astype("float32")


def lengths(*each, of):
    return np.arange(of)[None, :] < np.array(each)[:, None]


def with_mask(x, mask):
    """`x` with Keras's own mask, as an Embedding with mask_zero leaves it."""
    x = torch.tensor(x)
    keras.src.backend.set_keras_mask(x, torch.tensor(mask))
    return x


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def case(name, kind, config, inputs, call=None, implied=None, gradients=False):
    """One call of a fresh layer of `kind`, every weight random: zeros and ones test nothing."""
    call, implied = call or {}, implied or {}
    module = keras.layers if hasattr(keras.layers, kind) else keras_hub.layers
    layer = getattr(module, kind)(**config)
    args = lambda: [with_mask(x, implied[i]) if i in implied else torch.tensor(x) for i, x in enumerate(inputs)]
    named = {key: torch.tensor(x) if isinstance(x, np.ndarray) else x for key, x in call.items()}
    layer(*args(), **named)
    for i, weight in enumerate(layer.weights):
        weight.assign(normal(*weight.shape) * 0.5 + (1.0 if weight.name in ("gamma", "scale") else 0.0))
        tensors[f"{name}.weights.{i}"] = weight.numpy()
    leaves = [x.clone().requires_grad_() if x.is_floating_point() else x for x in args()] if gradients else args()
    outputs = layer(*leaves, **named)
    outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
    for i, x in enumerate(inputs):
        tensors[f"{name}.inputs.{i}"] = x
    for i, x in implied.items():
        tensors[f"{name}.implied.{i}"] = x
    for i, x in enumerate(outputs):
        tensors[f"{name}.outputs.{i}"] = x.detach().numpy()
    for key, x in call.items():
        if isinstance(x, np.ndarray):
            tensors[f"{name}.call.{camel(key)}"] = x
    if gradients:
        probe = normal(*outputs[0].shape)
        (outputs[0] * torch.tensor(probe)).sum().backward()
        tensors[f"{name}.probe"] = probe
        for i, x in enumerate(leaves):
            tensors[f"{name}.gradients.inputs.{i}"] = x.grad.numpy()
        for i, weight in enumerate(layer.weights):
            tensors[f"{name}.gradients.weights.{i}"] = weight.value.grad.numpy()
    plain = {camel(key): x for key, x in call.items() if not isinstance(x, np.ndarray)}
    names = [weight.path.split("/", 1)[1] for weight in layer.weights]
    cases[name] = {"kind": kind, "config": {camel(k): v for k, v in config.items()}, "call": plain, "weights": names}


def multi_head():
    kind, config = "MultiHeadAttention", {"num_heads": 2, "key_dim": 3}
    q, v, k = normal(2, 4, 6), normal(2, 5, 7), normal(2, 5, 8)
    x, padding = normal(2, 4, 6), lengths(4, 2, of=4)
    seen = random.random((2, 4, 5)) > 0.4
    seen[0, 1] = False  # a query that sees nothing
    case("mha", kind, config, [x, x], gradients=True)
    case("mhaKey", kind, {**config, "value_dim": 5}, [q, v, k], gradients=True)
    case("mhaMask", kind, config, [q, v], {"attention_mask": seen})
    case("mhaHeads", kind, config, [q, v], {"attention_mask": random.random((2, 2, 4, 5)) > 0.3})
    case("mhaCausal", kind, config, [x, x], {"use_causal_mask": True}, gradients=True)
    case("mhaCausalLong", kind, config, [q, v], {"use_causal_mask": True})
    case("mhaCausalMask", kind, config, [q, v], {"use_causal_mask": True, "attention_mask": seen})
    case("mhaScores", kind, config, [q, v], {"return_attention_scores": True, "attention_mask": seen})
    case("mhaImplied", kind, config, [x, x], implied={0: padding, 1: padding})
    case("mhaImpliedValue", kind, config, [q, v, k], implied={1: lengths(3, 5, of=5), 2: lengths(5, 4, of=5)})
    case("mhaWindow", kind, {**config, "sliding_window": 2}, [q, v], {"use_causal_mask": True})
    case("mhaOutput", kind, {**config, "output_shape": 9, "use_bias": False}, [q, v])
    case("mhaOutputShape", kind, {**config, "output_shape": [2, 3]}, [q, v])
    case("mhaGate", kind, {**config, "use_gate": True, "value_dim": 5}, [q, v])


def encoder():
    kind, config = "TransformerEncoder", {"intermediate_dim": 9, "num_heads": 2}
    x, padding = normal(2, 4, 6), lengths(4, 2, of=4)
    seen = random.random((2, 4, 4)) > 0.3
    case("encoder", kind, config, [x], gradients=True)
    case("encoderFirst", kind, {**config, "normalize_first": True, "activation": "gelu"}, [x], gradients=True)
    case("encoderPadding", kind, config, [x], {"padding_mask": padding})
    case("encoderMasks", kind, config, [x], {"padding_mask": padding, "attention_mask": seen})
    case("encoderImplied", kind, config, [x], implied={0: padding})
    case("encoderBoth", kind, config, [x], {"padding_mask": lengths(3, 4, of=4)}, implied={0: padding})
    case("encoderFirstImplied", kind, {**config, "normalize_first": True}, [x], implied={0: padding})
    case("encoderScores", kind, config, [x], {"padding_mask": padding, "return_attention_scores": True})
    odd = {"num_heads": 4, "activation": "silu", "layer_norm_epsilon": 0.01}
    case("encoderOdd", kind, {**config, **odd}, [x])


def decoder():
    kind, config = "TransformerDecoder", {"intermediate_dim": 9, "num_heads": 2}
    x, context = normal(2, 4, 6), normal(2, 5, 8)
    padding, other = lengths(4, 2, of=4), lengths(3, 5, of=5)
    masks = {"decoder_padding_mask": padding, "encoder_padding_mask": other}
    seen = {"decoder_attention_mask": random.random((2, 4, 4)) > 0.2, "encoder_attention_mask": random.random((2, 4, 5)) > 0.3}
    case("decoder", kind, config, [x], gradients=True)
    case("decoderCross", kind, config, [x, context], gradients=True)
    case("decoderFirst", kind, {**config, "normalize_first": True, "activation": "tanh"}, [x, context])
    case("decoderMasks", kind, config, [x, context], masks)
    case("decoderAllMasks", kind, config, [x, context], {**masks, **seen})
    case("decoderWhole", kind, config, [x], {"use_causal_mask": False, "decoder_padding_mask": padding})
    case("decoderImplied", kind, config, [x, context], implied={0: padding, 1: other})


def embeddings():
    ids = random.integers(0, 11, (2, 4)).astype("int32")
    config = {"vocabulary_size": 11, "sequence_length": 7, "embedding_dim": 6}
    case("tokens", "TokenAndPositionEmbedding", config, [ids])
    case("tokensLater", "TokenAndPositionEmbedding", config, [ids], {"start_index": 3})
    case("tokensAt", "TokenAndPositionEmbedding", config, [ids], {"positions": np.array([[0, 2, 2, 6], [5, 4, 3, 0]], "int32")})
    x = normal(2, 5, 7)
    case("sine", "SinePositionEncoding", {}, [x])
    case("sineWave", "SinePositionEncoding", {"max_wavelength": 50}, [x], {"start_index": 3})
    case("sineAt", "SinePositionEncoding", {}, [x], {"positions": np.array([0.0, 9.0, 1.0, 400.0, 2.0], "float32")})
    case("rms", "RMSNormalization", {"epsilon": 0.01}, [x], gradients=True)
    case("rmsDefault", "RMSNormalization", {}, [x * 0.001])


multi_head()
encoder()
decoder()
embeddings()
OUT.mkdir(parents=True, exist_ok=True)
versions = {"keras": keras.__version__, "keras_hub": keras_hub.__version__, "torch": torch.__version__}
save_file({name: np.ascontiguousarray(x) for name, x in tensors.items()}, OUT / "keras.safetensors", metadata=versions)
(OUT / "keras.json").write_text(json.dumps(cases, indent=1) + "\n")
