"""Writes the golden files that the parity tests of @qkv/microscope read.

Run: python golden/make_microscope.py [gpt2] [llama] [shipped] [smollm FOLDER]

`gpt2.safetensors` comes from TransformerLens, on a tiny random GPT-2: `pip install "transformer_lens<3" better_abc`, as
HookedTransformer left it with version 4. `llama.safetensors` and the JSON files come from hooks in Hugging Face transformers:
a tiny random Llama, the shipped translator, and SmolLM2-135M-Instruct in a FOLDER, whose weights are no part of the project.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).parent.parent
OUT = ROOT / "packages" / "microscope" / "test" / "golden"
torch.set_num_threads(1)
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
# Random tokens twice, and another text of that length: what duplicate tokens and induction need.
BASE, SOURCE = [5, 17, 9, 22, 5, 17, 9, 22], [5, 11, 9, 22, 5, 11, 9, 3]
TOKEN, AGAINST = 7, 12


def randomize(model):
    """Fresh biases are 0 and fresh norms 1, and would test nothing."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.4 + ("norm" in name or "ln_" in name) * name.endswith("weight"))


def weights_of(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return {f"weights/{name}": tensor for name, tensor in load_file(Path(folder) / "model.safetensors").items()}


def save(name, config, tensors, **metadata):
    OUT.mkdir(parents=True, exist_ok=True)
    tensors = {key: value.detach().clone().contiguous().to(torch.int32 if value.dtype == torch.int64 else torch.float32)
               for key, value in tensors.items()}
    save_file(tensors, OUT / f"{name}.safetensors", VERSIONS | metadata | {"config": json.dumps(config)})
    print(name, sum(value.numel() * 4 for value in tensors.values()) // 1024, "kB")


def difference(logits, token=TOKEN, against=AGAINST):
    return logits[:, -1, token] - logits[:, -1, against]


def integrated(run, vectors, steps):
    """The middle of equal steps from zero, as captum's riemann_middle. @returns the sum over the width, [L]"""
    total = torch.zeros_like(vectors)
    for i in range(steps):
        x = (vectors * ((i + 0.5) / steps)).detach().requires_grad_(True)
        total += torch.autograd.grad(run(x).sum(), x)[0] / steps
    return (total * vectors).sum(-1)[0]


def principal(values, count):
    centered = values.double().numpy() - values.double().numpy().mean(0)
    _, sizes, axes = np.linalg.svd(centered, full_matrices=False)
    axes = axes[:count] * np.sign(axes[np.arange(count), np.abs(axes[:count]).argmax(1)])[:, None]
    return torch.tensor(centered @ axes.T), torch.tensor(sizes[:count] ** 2 / (sizes ** 2).sum())


def gpt2():
    import transformer_lens
    from transformer_lens import HookedTransformer, HookedTransformerConfig, patching
    from transformer_lens.head_detector import detect_head
    from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights

    torch.manual_seed(3)
    config = transformers.GPT2Config(vocab_size=31, n_positions=16, n_embd=12, n_layer=2, n_head=3, n_inner=19, bos_token_id=2, eos_token_id=0)
    theirs = transformers.GPT2LMHeadModel(config).eval()
    randomize(theirs)
    shape = HookedTransformerConfig(
        n_layers=2, d_model=12, n_heads=3, d_head=4, d_mlp=19, n_ctx=16, d_vocab=31, act_fn="gelu_new", eps=1e-5,
        normalization_type="LN", attention_dir="causal", use_attn_result=True, use_hook_mlp_in=False, device="cpu")
    plain = HookedTransformer(shape)
    plain.load_state_dict(convert_gpt2_weights(theirs, shape), strict=False)
    plain.eval()
    base, source = torch.tensor([BASE]), torch.tensor([SOURCE])
    tensors = weights_of(theirs) | {"base": base, "source": source}
    with torch.no_grad():
        logits, cache = plain.run_with_cache(base)
        assert torch.allclose(logits, theirs(base).logits, atol=1e-4)
        wanted = ("hook_q", "hook_k", "hook_v", "hook_z", "hook_attn_scores", "hook_pattern", "hook_result", "hook_resid_pre",
                  "hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out", "mlp.hook_pre", "mlp.hook_post",
                  "ln1.hook_normalized", "ln2.hook_normalized", "ln_final.hook_normalized", "hook_embed", "hook_pos_embed")
        for name, value in cache.items():
            if name.endswith(wanted):
                tensors[f"cache/{name}"] = value.masked_fill(value == -torch.inf, -1e9)
        tensors["logits"] = logits

        # Logit lens: each accumulated stream through the last norm and the unembedding.
        streams = cache.accumulated_resid(layer=-1, incl_mid=False, pos_slice=slice(None))
        tensors["lens"] = torch.stack([plain.unembed(plain.ln_final(stream)) for stream in streams])

        # Direct logit attribution wants norms folded into the unembedding.
        folded = HookedTransformer(shape)
        folded.load_and_process_state_dict(convert_gpt2_weights(theirs, shape), fold_ln=True, center_writing_weights=False,
                                           center_unembed=False, fold_value_biases=False)
        folded.eval()
        _, folds = folded.run_with_cache(base)
        attribute = lambda stack: folds.logit_attrs(stack, tokens=TOKEN, incorrect_tokens=AGAINST, pos_slice=-1, has_batch_dim=True)
        tensors["attribution/heads"] = attribute(folds.stack_head_results(pos_slice=-1))[:, 0].reshape(2, 3)
        parts, labels = folds.decompose_resid(mode="all", pos_slice=-1, return_labels=True)
        values = attribute(parts)[:, 0]
        tensors["attribution/embed"] = values[labels.index("embed")].reshape(1)
        tensors["attribution/pos_embed"] = values[labels.index("pos_embed")].reshape(1)
        tensors["attribution/mlp"] = values[[labels.index("0_mlp_out"), labels.index("1_mlp_out")]]
        tensors["attribution/neurons"] = attribute(folds.stack_neuron_results(layer=-1, pos_slice=-1))[:, 0].reshape(2, 19)
        tensors["difference"] = difference(logits)

        # Kinds of heads; exact copies of the detector's patterns.
        model = plain
        length = len(BASE)
        for kind in ("previous_token_head", "duplicate_token_head", "induction_head"):
            pattern = transformer_lens.head_detector
            find = getattr(pattern, f"get_{kind.replace('_head', '')}_head_detection_pattern")
            rule = find(base)
            tensors[f"heads/{kind}"] = torch.stack([
                torch.stack([(cache["pattern", layer][0, head] * rule).sum() / length for head in range(3)]) for layer in range(2)])

        # Patching: the source's activations in the base.
        _, clean = plain.run_with_cache(source)
        metric = lambda out: difference(out)[0]
        tensors["source/difference"] = difference(plain(source))
        tensors["patch/residual"] = patching.get_act_patch_resid_pre(plain, base, clean, metric)
        tensors["patch/attention"] = patching.get_act_patch_attn_out(plain, base, clean, metric)
        tensors["patch/feedForward"] = patching.get_act_patch_mlp_out(plain, base, clean, metric)
        tensors["patch/heads"] = patching.get_act_patch_attn_head_out_all_pos(plain, base, clean, metric)
        tensors |= path_patches(plain, base, cache, clean)

        # Ablation by zero and by the mean over both texts, of heads, a layer and neurons; steering.
        both, mean = torch.cat([base, source]), {}
        _, joint = plain.run_with_cache(both)
        for by in ("zero", "mean"):
            heads = torch.zeros(2, 3)
            for layer in range(2):
                for head in range(3):
                    def hook(z, hook, layer=layer, head=head):
                        z[:, :, head] = 0 if by == "zero" else joint["z", layer][:, :, head].mean((0, 1))
                        return z
                    heads[layer, head] = metric(plain.run_with_hooks(base, fwd_hooks=[(f"blocks.{layer}.attn.hook_z", hook)]))
            tensors[f"ablation/heads/{by}"] = heads
            def put(name):
                return lambda x, hook: torch.zeros_like(x) if by == "zero" else joint[name].mean((0, 1)).expand_as(x)
            names = ["blocks.0.hook_attn_out", "blocks.0.hook_mlp_out"]
            tensors[f"ablation/layer/{by}"] = metric(plain.run_with_hooks(base, fwd_hooks=[(name, put(name)) for name in names])).reshape(1)
            neurons = torch.zeros(19)
            for neuron in range(19):
                def hook(x, hook, neuron=neuron):
                    x[:, :, neuron] = 0 if by == "zero" else joint["post", 1][:, :, neuron].mean()
                    return x
                neurons[neuron] = metric(plain.run_with_hooks(base, fwd_hooks=[("blocks.1.mlp.hook_post", hook)]))
            tensors[f"ablation/neurons/{by}"] = neurons
        vector = clean["resid_pre", 1][0, -1] - cache["resid_pre", 1][0, -1]
        tensors["steering/vector"] = vector
        tensors["steering/logits"] = plain.run_with_hooks(base, fwd_hooks=[("blocks.1.hook_resid_pre", lambda x, hook: x + 2 * vector)])
        tensors["pca/projected"], tensors["pca/shares"] = principal(plain.W_E, 3)

    vectors = cache["hook_embed"]
    run = lambda x: difference(plain.run_with_hooks(base, fwd_hooks=[("hook_embed", lambda _, hook: x)]))
    x = vectors.clone().requires_grad_(True)
    tensors["gradientTimesInput"] = (torch.autograd.grad(run(x).sum(), x)[0] * vectors).sum(-1)[0]
    tensors["integratedGradients"] = integrated(run, vectors, 20)
    save("gpt2", config.to_dict(), tensors, transformer_lens="2.18.0")


def path_patches(model, base, cache, clean):
    """Path patching by hooks: every head is the base's but one, which is the source's, and then what receives it."""
    def frozen(layer, head, receiver=None):
        seen, hooks = {}, []
        for other in range(2):
            def hook(z, hook, other=other):
                z = cache["z", other].clone()
                if other == layer:
                    z[:, :, head] = clean["z", layer][:, :, head]
                return z
            hooks.append((f"blocks.{other}.attn.hook_z", hook))
        if receiver is not None:
            hooks.append((receiver, lambda x, hook: seen.update(x=x.clone())))
        return model.run_with_hooks(base, fwd_hooks=hooks), seen.get("x")
    logits, keys = torch.zeros(2, 3), torch.zeros(2, 3)
    name = "blocks.1.attn.hook_k"
    for layer in range(2):
        for head in range(3):
            out, _ = frozen(layer, head)
            logits[layer, head] = difference(out)[0]
            _, received = frozen(layer, head, name)
            def hook(x, hook):
                x[:, :, 2] = received[:, :, 2]
                return x
            keys[layer, head] = difference(model.run_with_hooks(base, fwd_hooks=[(name, hook)]))[0]
    return {"path/logits": logits, "path/keys": keys}


def llama():
    torch.manual_seed(4)
    config = transformers.LlamaConfig(
        vocab_size=31, hidden_size=12, intermediate_size=17, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        head_dim=4, max_position_embeddings=32, bos_token_id=2, eos_token_id=0, tie_word_embeddings=True)
    config._attn_implementation = "eager"
    model = transformers.LlamaForCausalLM(config).eval()
    randomize(model)
    base, source = torch.tensor([BASE]), torch.tensor([SOURCE])
    tensors = weights_of(model) | {"base": base, "source": source}
    layers = model.model.layers
    names = {f"{i}.{name}": getattr(getattr(layer, part), name) for i, layer in enumerate(layers)
             for part, each in (("self_attn", ("q_proj", "k_proj", "v_proj")), ("mlp", ("gate_proj", "up_proj"))) for name in each}
    with torch.no_grad():
        handles = [module.register_forward_hook(lambda _, inputs, out, name=name: tensors.update({f"cache/{name}": out.clone()}))
                   for name, module in names.items()]
        out = model(base, output_hidden_states=True, output_attentions=True)
        for handle in handles:
            handle.remove()
        zs = lambda ids: heads_of(model, ids)
        tensors["cache/pattern"] = torch.stack(out.attentions)
        tensors["lens"] = torch.stack([model.lm_head(model.model.norm(x)) for x in out.hidden_states[:-1]] + [out.logits])
        of_base, of_source = zs(base), zs(source)
        tensors["difference"] = difference(out.logits)
        # Each head through its columns of the output projection, and the last norm as it is at this stream.
        last = []
        handle = model.model.norm.register_forward_pre_hook(lambda _, inputs: last.append(inputs[0]))
        model(base)
        handle.remove()
        scale = torch.rsqrt(last[0][0, -1].pow(2).mean() + config.rms_norm_eps)
        direction = (model.lm_head.weight[TOKEN] - model.lm_head.weight[AGAINST]) * model.model.norm.weight * scale
        tensors["attribution/heads"] = torch.stack([
            torch.stack([layer.self_attn.o_proj.weight[:, h * 4:h * 4 + 4] @ of_base[i][0, -1, h * 4:h * 4 + 4] @ direction
                         for h in range(4)]) for i, layer in enumerate(layers)])
        grid = torch.zeros(2, 4)
        for i, layer in enumerate(layers):
            for head in range(4):
                def hook(_, inputs):
                    z = inputs[0].clone()
                    z[..., head * 4:head * 4 + 4] = of_source[i][..., head * 4:head * 4 + 4]
                    return (z,)
                handle = layer.self_attn.o_proj.register_forward_pre_hook(hook)
                grid[i, head] = difference(model(base).logits)[0]
                handle.remove()
        tensors["patch/heads"] = grid
        tensors["patch/residual"] = residual_patches(model, layers, base, source)
    vectors = model.model.embed_tokens(base).detach()
    run = lambda x: difference(model(inputs_embeds=x).logits)
    tensors["integratedGradients"] = integrated(run, vectors, 20)
    save("llama", config.to_dict(), tensors)


def heads_of(model, ids):
    """What the heads of each layer give, side by side: [1, L, H * D]."""
    found = []
    handles = [layer.self_attn.o_proj.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0].clone()))
               for layer in model.model.layers]
    model(ids)
    for handle in handles:
        handle.remove()
    return found


def residual_patches(model, layers, base, source, answer=difference):
    """The answer to the base with the source's stream before each layer, at each position."""
    streams = model(source, output_hidden_states=True).hidden_states
    length = base.shape[1]
    grid, copies = torch.zeros(len(layers), length), base.expand(length, -1)
    for i, layer in enumerate(layers):
        def hook(_, inputs, kwargs):
            x = (inputs[0] if inputs else kwargs["hidden_states"]).clone()
            for position in range(length):
                x[position, position] = streams[i][0, position]
            return ((x, *inputs[1:]), kwargs) if inputs else (inputs, kwargs | {"hidden_states": x})
        handle = layer.register_forward_pre_hook(hook, with_kwargs=True)
        grid[i] = answer(model(copies).logits)
        handle.remove()
    return grid


def kinds_of(patterns, ids):
    """The mean weight on the token before, and on what followed an earlier token of the same id, over queries that have one."""
    previous = [[torch.stack([p[0, h].diagonal(-1)]).mean().item() for h in range(p.shape[1])] for p in patterns]
    keys = {query: [key for key in range(1, query + 1) if ids[key - 1] == ids[query]] for query in range(len(ids))}
    rows = [query for query in keys if keys[query]]
    induction = [[sum(p[0, h, query, keys[query]].sum().item() for query in rows) / len(rows) for h in range(p.shape[1])]
                 for p in patterns]
    return {"previousToken": previous, "induction": induction}


def lens_of(streams, read):
    """The likeliest token of the last position at each row, and its probability."""
    rows = [read(x)[0, -1].softmax(-1).max(0) for x in streams]
    return {"tokens": [row.indices.item() for row in rows], "probabilities": [row.values.item() for row in rows]}


def write(name, found):
    OUT.mkdir(parents=True, exist_ok=True)
    rounded = json.loads(json.dumps(found), parse_float=lambda text: float(f"{float(text):.7g}"))
    (OUT / f"{name}.json").write_text(json.dumps(VERSIONS | rounded) + "\n")


@torch.no_grad()
def shipped():
    """The translator from English to French."""
    folder = ROOT / "models" / "en-fr"
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.MarianMTModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    repeated = [20 + i * 379 % 4000 for i in range(12)] * 2
    attentions = model.model.encoder(torch.tensor([repeated]), output_attentions=True).attentions
    base, source = (tokenizer(text, return_tensors="pt").input_ids for text in ("The cat is black.", "The dog is black."))
    read = torch.tensor([[2, 585]])  # <pad>, Le
    cat, dog = 2404, 1599
    answer = lambda ids, **more: difference(model(input_ids=ids, decoder_input_ids=read, **more).logits, dog, cat)[0]
    streams = model.model.encoder(source, output_hidden_states=True).hidden_states
    grid = torch.zeros(4, base.shape[1])
    for i, layer in enumerate(model.model.encoder.layers):
        for position in range(base.shape[1]):
            def hook(_, inputs, kwargs):
                x = (inputs[0] if inputs else kwargs["hidden_states"]).clone()
                x[:, position] = streams[i][:, position]
                return ((x, *inputs[1:]), kwargs) if inputs else (inputs, kwargs | {"hidden_states": x})
            handle = layer.register_forward_pre_hook(hook, with_kwargs=True)
            grid[i, position] = answer(base)
            handle.remove()
    out = model(input_ids=base, decoder_input_ids=read, output_hidden_states=True)
    lens = lens_of(out.decoder_hidden_states, lambda x: model.lm_head(x) + model.final_logits_bias)
    write("shipped", {"repeated": repeated, "heads": kinds_of(attentions, repeated), "ids": [base.tolist()[0], source.tolist()[0]],
                      "answers": [answer(base).item(), answer(source).item()], "patch": grid.flatten().tolist(), "lens": lens})


@torch.no_grad()
def smollm(folder):
    """SmolLM2-135M-Instruct."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    heads = lambda ids: {"repeated": ids, "heads": kinds_of(model(torch.tensor([ids]), output_attentions=True).attentions, ids)}
    # The guide's random tokens, and those of apps/microscope.
    guide = heads([1000 + (i * 7919 + 13) % 40000 for i in range(20)] * 2)
    page = heads([100 + (i * 7919 + 13) % (model.config.vocab_size - 100) for i in range(20)] * 2)
    base, source = (tokenizer(text, return_tensors="pt").input_ids for text in ("The capital of Italy is", "The capital of France is"))
    [paris], [rome] = tokenizer(" Paris").input_ids, tokenizer(" Rome").input_ids
    answer = lambda logits: difference(logits, paris, rome)
    grid = residual_patches(model, model.model.layers, base, source, answer)
    out = model(base, output_hidden_states=True)
    streams = [model.model.norm(x) for x in out.hidden_states[:-1]] + [out.hidden_states[-1]]
    write("smollm", guide | {"page": page, "ids": [base.tolist()[0], source.tolist()[0]], "patch": grid.flatten().tolist(),
                     "answers": [answer(out.logits).item(), answer(model(source).logits).item()], "lens": lens_of(streams, model.lm_head)})


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if not Path(name).is_dir()] or ["gpt2", "llama", "shipped"]
    for name in names:
        {"gpt2": gpt2, "llama": llama, "shipped": shipped, "smollm": lambda: smollm(sys.argv[-1])}[name]()
