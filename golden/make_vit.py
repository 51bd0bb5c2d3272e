"""Writes the golden files that the parity tests of @qkv/vit read.

Run: python golden/make_vit.py [NAME...]

Each is a tiny random model of Hugging Face transformers. `NAME.safetensors` holds its weights as save_pretrained writes
them, and for each of several images (`image/0/...`) the pixels, the patch embeddings, every hidden state, the attentions
and what the model answers; `NAME.json` its config.json. Every parameter is random, since zeros and ones test nothing,
and widths, sides and channels differ wherever the architecture lets them.
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file

OUT = Path(__file__).parent.parent / "packages" / "vit" / "test" / "golden"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}

# What differs between them is what the parity tests can see. `images` are the heights and widths that are run; where one
# is not the config's, positions are interpolated.
MODELS = {
    # a rectangle with patches that leave a rest, no bias, a head for three classes
    "vit-classifier": dict(
        cls="ViTForImageClassification", hidden_size=15, num_hidden_layers=2, num_attention_heads=3, intermediate_size=11,
        image_size=[13, 17], patch_size=[5, 3], num_channels=3, qkv_bias=False, hidden_act="gelu_new", layer_norm_eps=1e-3,
        id2label={0: "cat", 1: "dog", 2: "tram"}, label2id={"cat": 0, "dog": 1, "tram": 2},
        images=[[13, 17]],
    ),
    # grey, a pooler of another width, other sizes: larger, smaller, a rectangle
    "vit-model": dict(
        cls="ViTModel", hidden_size=10, num_hidden_layers=2, num_attention_heads=5, intermediate_size=13, image_size=8,
        patch_size=2, num_channels=1, hidden_act="quick_gelu", pooler_output_size=7, pooler_act="sigmoid",
        images=[[8, 8], [11, 11], [4, 6]],
    ),
    # no pooler, one class, heads whose widths do not fill the model's
    "vit-bare": dict(
        cls="ViTModel", add_pooling_layer=False, hidden_size=11, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=7, image_size=9, patch_size=3, num_channels=2, hidden_act="silu", images=[[9, 9]],
    ),
    "deit-teacher": dict(
        cls="DeiTForImageClassificationWithTeacher", hidden_size=14, num_hidden_layers=2, num_attention_heads=7,
        intermediate_size=9, image_size=15, patch_size=5, num_channels=3, hidden_act="gelu", num_labels=5,
        images=[[15, 15], [20, 25]],
    ),
    "deit-classifier": dict(
        cls="DeiTForImageClassification", hidden_size=6, num_hidden_layers=1, num_attention_heads=2, intermediate_size=5,
        image_size=[7, 11], patch_size=3, num_channels=1, hidden_act="relu", num_labels=1, images=[[7, 11]],
    ),
    "deit-model": dict(
        cls="DeiTModel", hidden_size=10, num_hidden_layers=1, num_attention_heads=2, intermediate_size=7, image_size=6,
        patch_size=2, num_channels=3, hidden_act="leaky_relu", pooler_act="relu", images=[[6, 6], [10, 4]],
    ),
    "dinov2-classifier": dict(
        cls="Dinov2ForImageClassification", hidden_size=6, num_hidden_layers=2, num_attention_heads=3, mlp_ratio=3,
        image_size=20, patch_size=4, num_channels=3, num_labels=5, layerscale_value=0.7, images=[[20, 20], [28, 12]],
    ),
    "dinov2-registers": dict(
        cls="Dinov2WithRegistersForImageClassification", hidden_size=10, num_hidden_layers=2, num_attention_heads=2,
        mlp_ratio=2, image_size=12, patch_size=3, num_channels=3, num_register_tokens=5, num_labels=3,
        images=[[12, 12], [9, 18]],
    ),
    "dinov2-model": dict(
        cls="Dinov2Model", hidden_size=6, num_hidden_layers=1, num_attention_heads=2, mlp_ratio=4, image_size=9,
        patch_size=3, num_channels=3, images=[[9, 9]],
    ),
    # pixels that fill no patch, patches that fill no window and merge with a rest; shifted windows in two stages; the last
    # stage as small as one window
    "swin-classifier": dict(
        cls="SwinForImageClassification", image_size=[26, 34], patch_size=[2, 3], num_channels=3, embed_dim=6,
        depths=[2, 3, 2], num_heads=[3, 4, 2], window_size=3, mlp_ratio=1.6, qkv_bias=False, hidden_act="gelu_new",
        layer_norm_eps=1e-3, num_labels=5, images=[[26, 34], [19, 28]],
    ),
    # positions of patches beside those in windows, at other sizes too
    "swin-model": dict(
        cls="SwinModel", image_size=16, patch_size=2, num_channels=1, embed_dim=5, depths=[2, 1], num_heads=[1, 2],
        window_size=4, mlp_ratio=2, hidden_act="relu", use_absolute_embeddings=True, images=[[16, 16], [22, 16]],
    ),
}

# Models that are made with a seed of their own, so that those above stay as they are.
LATER = {
    # a rectangle of patches, which turn by row and column, and registers that do not
    "dinov3": dict(
        cls="DINOv3ViTModel", hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=11,
        image_size=12, patch_size=3, num_channels=3, num_register_tokens=2, layerscale_value=0.7, rope_theta=30.0,
        layer_norm_eps=1e-3, images=[[12, 12], [9, 18]],
    ),
    "dinov3-gated": dict(
        cls="DINOv3ViTModel", hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=5,
        image_size=9, patch_size=3, num_channels=1, num_register_tokens=1, use_gated_mlp=True, mlp_bias=False, key_bias=True, value_bias=False,
        proj_bias=False, hidden_act="silu", images=[[9, 9]],
    ),
}

# Models with options that others lack: of other sizes distances are interpolated, also where the grid is no square.
LATER |= {
    "beit-classifier": dict(
        cls="BeitForImageClassification", hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=5,
        image_size=[8, 12], patch_size=4, num_channels=3, use_relative_position_bias=True,
        use_shared_relative_position_bias=True, num_labels=3, images=[[8, 12], [12, 12]],
    ),
    "beit-model": dict(
        cls="BeitModel", hidden_size=6, num_hidden_layers=2, num_attention_heads=3, intermediate_size=7, image_size=9,
        patch_size=3, num_channels=1, use_relative_position_bias=True, use_absolute_position_embeddings=True,
        use_mean_pooling=False, layer_scale_init_value=0.0, hidden_act="gelu_new", images=[[9, 9], [12, 9]],
    ),
}

# The label whose gradient rollout is written.
LOOKS = {"vit-classifier": 2, "deit-teacher": 3, "dinov2-registers": 1}


def randomize(model):
    """Sizes of values as a trained model has them: norms around 1, products that keep their scale."""
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1 and "weight" in name or "lambda" in name:
            torch.nn.init.normal_(parameter, mean=1.0, std=0.3)
        elif parameter.ndim <= 1 or "token" in name or "position" in name:
            torch.nn.init.normal_(parameter, std=0.5)
        else:
            torch.nn.init.normal_(parameter, std=1.5 * parameter[0].numel() ** -0.5)


def build(seed, cls, images, add_pooling_layer=None, **options):
    torch.manual_seed(seed)
    model_class = getattr(transformers, cls)
    config = model_class.config_class(**options, attn_implementation="eager")
    model = model_class(config, **({} if add_pooling_layer is None else {"add_pooling_layer": add_pooling_layer}))
    randomize(model)
    return model.eval()


def saved(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(f"{folder}/model.safetensors"), json.loads(Path(folder, "config.json").read_text())


def places(patches):
    """[B, N, E], also of a convolution's [B, E, rows, columns]"""
    return patches.flatten(2).transpose(1, 2) if patches.ndim == 4 else patches


def stages(model, pixels, size):
    """Everything between an image and the answer."""
    seen = {}
    patches = next(module for name, module in model.named_modules() if name.endswith("embeddings.patch_embeddings"))
    hook = patches.register_forward_hook(lambda _module, _inputs, output: seen.update(
        patch_embeddings=places(output[0] if isinstance(output, tuple) else output)))
    given = model.config.image_size
    known = [given, given] if isinstance(given, int) else list(given)
    resizes = "dino" not in model.config.model_type and size != known
    with torch.no_grad():
        out = model(pixels, output_hidden_states=True, output_attentions=True,
                    **({"interpolate_pos_encoding": True} if resizes else {}))
    hook.remove()
    for name, value in out.items():
        if isinstance(value, tuple):
            seen |= {f"{name}.{i}": tensor for i, tensor in enumerate(value)}
        else:
            seen[name] = value
    return seen


def looks(model, pixels, label):
    """Attention rollout (arXiv:2005.00928) of the first image, and its gradient rollout (arXiv:2103.15679) for a label."""
    out = model(pixels[:1], output_attentions=True)
    for attention in out.attentions:
        attention.retain_grad()
    out.logits[0, label].backward()
    rollout = relevance = torch.eye(out.attentions[0].shape[-1])
    for attention in out.attentions:
        handed_on = attention[0].detach().mean(0) + torch.eye(len(rollout))
        rollout = handed_on / handed_on.sum(-1, keepdim=True) @ rollout
        relevance = relevance + (attention * attention.grad)[0].detach().clamp(min=0).mean(0) @ relevance
    return {"rollout": rollout, "gradient_rollout": relevance}


def make(name, seed, options):
    model = build(seed, **options)
    torch.manual_seed(seed + 100)
    weights, config = saved(model)
    tensors = {f"weights/{key}": tensor for key, tensor in weights.items()}
    for i, size in enumerate(options["images"]):
        pixels = torch.randn(2, model.config.num_channels, *size)
        tensors |= {f"image/{i}/{key}": value for key, value in {"pixel_values": pixels, **stages(model, pixels, size)}.items()}
    if name in LOOKS:
        found = looks(model, tensors["image/0/pixel_values"], LOOKS[name])
        tensors |= {f"image/0/{key}": value for key, value in found.items()}
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, OUT / f"{name}.safetensors",
              # one entry: safetensors writes several in no fixed order, and the file should come out the same each time
              metadata={"made_by": json.dumps(VERSIONS | {"seed": seed})})
    (OUT / f"{name}.safetensors").chmod(0o644)
    (OUT / f"{name}.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make_stem():
    """A convolutional stem as PyTorch has it: convolution, norm over the channels of each place, GELU."""
    torch.manual_seed(50)
    x = torch.randn(2, 3, 9, 14)
    tensors, y = {"x": x}, x
    for i, (before, after, stride) in enumerate([(3, 5, 2), (5, 7, 1), (7, 2, 2)]):
        convolution, norm = torch.nn.Conv2d(before, after, 3, stride, padding=1), torch.nn.LayerNorm(after, eps=1e-3)
        for parameter in [*convolution.parameters(), *norm.parameters()]:
            torch.nn.init.normal_(parameter, std=0.5)
        y = torch.nn.functional.gelu(norm(convolution(y).permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        tensors |= {f"layers.{i}.{name}": value for name, value in convolution.named_parameters()}
        tensors |= {f"layers.{i}.norm.{name}": value for name, value in norm.named_parameters()} | {f"output.{i}": y}
    tensors = {name: value.detach().contiguous() for name, value in tensors.items()}
    save_file(tensors, OUT / "stem.safetensors", metadata={"made_by": json.dumps(VERSIONS | {"seed": 50})})
    (OUT / "stem.safetensors").chmod(0o644)


class D2lAttention(torch.nn.Module):
    """Multi-head attention as Dive into Deep Learning has it, section 11.5: four maps, here without bias."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.W_q, self.W_k, self.W_v, self.W_o = (torch.nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (w(x).reshape(batch, length, self.heads, -1).transpose(1, 2) for w in (self.W_q, self.W_k, self.W_v))
        weights = torch.softmax(q @ k.transpose(2, 3) / (width // self.heads) ** 0.5, -1)
        return self.W_o((weights @ v).transpose(1, 2).reshape(batch, length, width))


class D2lBlock(torch.nn.Module):
    def __init__(self, width, mlp, heads):
        super().__init__()
        self.ln1, self.attention = torch.nn.LayerNorm(width), D2lAttention(width, heads)
        self.ln2 = torch.nn.LayerNorm(width)
        self.mlp = torch.nn.Sequential(torch.nn.Linear(width, mlp), torch.nn.GELU(), torch.nn.Linear(mlp, width))

    def forward(self, x):
        x = x + self.attention(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class D2lViT(torch.nn.Module):
    """The Vision Transformer of Dive into Deep Learning, section 11.8, outside training."""

    def __init__(self, image, patch, width, mlp, heads, blocks, channels, classes=10):
        super().__init__()
        self.patch_embedding = torch.nn.Conv2d(channels, width, patch, patch)
        self.cls_token = torch.nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embedding = torch.nn.Parameter(torch.randn(1, (image // patch) ** 2 + 1, width))
        self.blks = torch.nn.ModuleList([D2lBlock(width, mlp, heads) for _ in range(blocks)])
        self.head = torch.nn.Sequential(torch.nn.LayerNorm(width), torch.nn.Linear(width, classes))

    def forward(self, x):
        x = self.patch_embedding(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embedding
        for block in self.blks:
            x = block(x)
        return self.head(x[:, 0])


# Its parameters -> ours.
D2L_NAMES = {
    "patch_embedding": "backbone.embeddings.patches", "cls_token": "backbone.embeddings.classToken",
    "pos_embedding": "backbone.embeddings.positions", "blks": "backbone.layers", "ln1": "selfAttnNorm",
    "attention.W_q": "selfAttn.qProj", "attention.W_k": "selfAttn.kProj", "attention.W_v": "selfAttn.vProj",
    "attention.W_o": "selfAttn.outProj", "ln2": "ffnNorm", "mlp.0": "ffn.fc1", "mlp.2": "ffn.fc2",
    "head.0": "backbone.norm", "head.1": "classifier",
}


def make_d2l():
    torch.manual_seed(60)
    model = D2lViT(image=15, patch=5, width=14, mlp=11, heads=7, blocks=2, channels=1)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    tensors = {"pixels": torch.randn(3, 1, 15, 15)}
    tensors["logits"] = model(tensors["pixels"])
    for name, value in model.named_parameters():
        for theirs, ours in D2L_NAMES.items():
            name = name.replace(theirs, ours)
        tensors[f"weights/{name}"] = value
    # the book's own sizes
    whole = D2lViT(image=96, patch=16, width=512, mlp=2048, heads=8, blocks=2, channels=1)
    tensors["parameters"] = torch.tensor([sum(value.numel() for value in whole.parameters())], dtype=torch.int32)
    tensors = {name: value.detach().contiguous() for name, value in tensors.items()}
    save_file(tensors, OUT / "d2l.safetensors", metadata={"made_by": json.dumps(VERSIONS | {"seed": 60})})
    (OUT / "d2l.safetensors").chmod(0o644)


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    OUT.mkdir(parents=True, exist_ok=True)
    chosen = sys.argv[1:]  # names, or none for all
    models = [*enumerate(MODELS.items()), *enumerate(LATER.items(), 200)]
    for seed, (name, options) in models:
        if not chosen or name in chosen:
            make(name, seed, options)
    if not chosen:
        make_stem()
        make_d2l()
