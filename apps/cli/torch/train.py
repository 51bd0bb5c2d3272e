"""Goes on with a training of QKV in PyTorch, sharded by FSDP2, with the same recipe and the very same batches.

Run:  torchrun --nproc-per-node 8 train.py
      accelerate launch --num_processes 8 train.py
Back: qkv train TASK --resume FOLDER, where FOLDER is the one that this file is in

It needs torch 2.6 or later, transformers, safetensors, and peft where an adapter is trained. It starts from the last state in torch/ and
saves further ones there, each whole or not at all, so a job that was stopped is started again in the same way.
"""

import argparse
import hashlib
import json
import math
import os
import shutil
import time
from datetime import datetime, timezone
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file, save_file
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "torch"
FORMAT = "qkv-torch-1"
IGNORED = -100


# What is trained


def open_model(run, state):
    """The model in float32, with the adapter where one is trained: the weights of a state."""
    loader = {"causal": transformers.AutoModelForCausalLM, "seq2seq": transformers.AutoModelForSeq2SeqLM}[run["kind"]]
    base = FOLDER / "base" if run["adapter"] else state
    model = loader.from_pretrained(base, dtype=torch.float32, local_files_only=True)
    if run["adapter"]:
        import peft

        model = peft.PeftModel.from_pretrained(model, state, is_trainable=True)
    for module in model.modules():
        if isinstance(module, torch.nn.Embedding):
            module.padding_idx = None  # QKV has gradients of the padding's row too, where it begins an answer
    return model


def shard(model, mesh):
    """Shards each layer, and what is around the layers. FSDP moves them to the device one by one: no GPU has to hold all of them."""
    for module in list(model.modules()):
        if isinstance(module, torch.nn.ModuleList):
            for layer in module:
                fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)


def stored_name(name):
    """The name of a parameter in files: an adapter's without that of the adapter."""
    name = name.replace(".default", "")
    return name.removesuffix(".weight") if name.endswith(".lora_magnitude_vector.weight") else name


def whole(tensor):
    return (tensor.full_tensor() if isinstance(tensor, DTensor) else tensor).detach().cpu().contiguous()


# The optimizers that PyTorch has not, or not as QKV computes them


class Lion(torch.optim.Optimizer):
    """Momentum by signs, algorithm 2 of arXiv:2302.06675."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for param in group["params"]:
                average = self.state[param].setdefault("exp_avg", torch.zeros_like(param))
                direction = torch.sign(average * beta1 + param.grad * (1 - beta1))
                param.mul_(1 - group["lr"] * group["weight_decay"]).sub_(direction * group["lr"])
                average.mul_(beta2).add_(param.grad * (1 - beta2))


class Muon(torch.optim.Optimizer):
    """torch.optim.Muon with match_rms_adamw, in float32, of whole matrices: joined ones part by part."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for param in group["params"]:
                average = self.state[param].setdefault("momentum_buffer", torch.zeros_like(param))
                average.mul_(0.95).add_(param.grad * 0.05)
                direction = whole(param.grad * 0.05 + average * 0.95)
                parts, axis = group["joined"].get(param, (1, 0))
                step = torch.cat([orthogonal(part) for part in direction.chunk(parts, axis)], axis) * group["lr"]
                param.mul_(1 - group["lr"] * group["weight_decay"])
                param.sub_(like(param, step))


def orthogonal(matrix):
    """Newton-Schulz's iteration, and the size that AdamW's steps have."""
    tall = matrix.shape[0] > matrix.shape[1]
    y = (matrix.T if tall else matrix) / matrix.norm().clamp(min=1e-7)
    for _ in range(5):
        gram = y @ y.T
        y = 3.4445 * y + (-4.775 * gram + 2.0315 * gram @ gram) @ y
    return (y.T if tall else y) * 0.2 * math.sqrt(max(matrix.shape))


def like(param, tensor):
    """A whole tensor, in the shards of a parameter."""
    tensor = tensor.to(param.device)
    return distribute_tensor(tensor, param.device_mesh, param.placements) if isinstance(param, DTensor) else tensor


def new_optimizers(run, params):
    """The recipe's optimizers, of parameters by name."""
    about = run["optimizer"]
    rate, decay = about["learningRate"], about["weightDecay"]

    def groups(names):
        return [{"params": [params[name] for name in names if (name in decayed) == each], "weight_decay": decay if each else 0}
                for each in (True, False) if any((name in decayed) == each for name in names)]  # fmt: skip

    decayed = set(about["decayed"])
    betas = (about.get("beta1", 0), about.get("beta2", 0))
    if about["name"] == "lion":
        return [Lion(groups(params), {"lr": rate, "betas": betas})]
    inner = [name for name in about.get("inner", []) if name in params]
    rest = [name for name in params if name not in set(inner)]
    optimizers = [torch.optim.AdamW(groups(rest), lr=rate, betas=betas, eps=about["eps"])] if rest else []
    if inner:
        joined = {params[name]: tuple(about["joined"][name]) for name in inner if name in about["joined"]}
        group = {"params": [params[name] for name in inner], "joined": joined}
        optimizers.append(Muon([group], {"lr": rate, "weight_decay": decay}))
    return optimizers


def load_moments(optimizers, params, moments, updates):
    """Puts saved moments in place: SLOT.NAME each."""
    owners = {param: one for one in optimizers for group in one.param_groups for param in group["params"]}
    for name, param in params.items():
        slots = {key.split(".")[0]: tensor for key, tensor in moments.items() if key.split(".", 1)[1] == name}
        if not slots and updates > 0:
            raise SystemExit(f"optimizer.safetensors: expected moments of {name}, got none")
        state = owners[param].state[param]
        for slot, tensor in slots.items():
            if tensor.shape != param.shape:
                raise SystemExit(f"{slot}.{name}: expected shape {list(param.shape)}, got {list(tensor.shape)}")
            state[slot] = like(param, tensor)
        if "exp_avg_sq" in slots:
            state["step"] = torch.tensor(float(updates))


def factor(step, about):
    """The factor of the learning rate at a step, counted from 1."""
    name, warmup, steps = about["name"], about["warmupSteps"], about["steps"]
    warmup = max(warmup, 1) if name == "inverseSqrt" else warmup
    if step < warmup:
        return step / warmup
    begin = steps - about["decaySteps"] if name == "stableThenDecay" else warmup
    done = min(max(step - begin, 0) / (steps - begin), 1)
    if name in ("constant", "inverseSqrt"):
        return 1 if name == "constant" else math.sqrt(warmup / step)
    left = (1 + math.cos(math.pi * done)) / 2 if name == "cosine" else 1 - done
    return about["floor"] + (1 - about["floor"]) * left


# What it is trained on


class Batches:
    """The batches that QKV would have: rows are stretches of one array of tokens."""

    def __init__(self, run, device):
        arrays = load_file(FOLDER / "batches.safetensors")
        self.run, self.device = run, device
        self.tokens = arrays["tokens"]
        self.rows = arrays["rows"].tolist()
        self.places = dict(zip(arrays["steps"].tolist(), zip(arrays["epochs"].tolist(), arrays["positions"].tolist())))
        self.training = dict(zip(arrays["steps"].tolist(), self._cut(arrays, "batches")))
        self.validation = self._cut(arrays, "validation")

    def _cut(self, arrays, name):
        rows, ends = arrays[f"{name}.rows"].tolist(), arrays[f"{name}.ends"].tolist()
        return [rows[start:end] for start, end in zip([0, *ends], ends)]

    def count(self, batch):
        """The tokens of a batch that are learned."""
        if self.run["kind"] == "causal":
            return sum(end - start - max(given, 1) for start, end, given in (self.rows[row] for row in batch))
        return sum(end - start for _, _, start, end in (self.rows[row] for row in batch))

    def inputs(self, batch):
        """This rank's rows as the model takes them, and the labels. A rank without rows has one that is not learned."""
        mine = [self.rows[row] for row in batch[dist.get_rank() :: dist.get_world_size()]]
        idle, mine = not mine, mine or [self.rows[batch[0]]]
        given, labels = self._causal(mine) if self.run["kind"] == "causal" else self._seq2seq(mine)
        if idle:
            labels = torch.full_like(labels, IGNORED)
        return {name: tensor.to(self.device) for name, tensor in given.items()}, labels.to(self.device)

    def _causal(self, rows):
        ids = [self.tokens[start : end - 1] for start, end, _ in rows]
        labels = [self.tokens[start + 1 : end].clone() for start, end, _ in rows]
        for row, (_, _, given) in zip(labels, rows):
            row[: max(given - 1, 0)] = IGNORED
        return {"input_ids": padded(ids, 0), "attention_mask": mask(ids)}, padded(labels, IGNORED)

    def _seq2seq(self, rows):
        pad, start_id = self.run["padTokenId"], torch.tensor([self.run["decoderStartTokenId"]])
        sources = [self.tokens[start:end] for start, end, _, _ in rows]
        targets = [self.tokens[start:end] for _, _, start, end in rows]
        shifted = [torch.cat([start_id, target[:-1]]) for target in targets]
        given = {"input_ids": padded(sources, pad), "attention_mask": mask(sources), "decoder_input_ids": padded(shifted, pad)}
        return given, padded(targets, IGNORED)


def padded(rows, filler):
    return torch.nn.utils.rnn.pad_sequence([row.long() for row in rows], batch_first=True, padding_value=filler)


def mask(rows):
    return padded([torch.ones_like(row) for row in rows], 0)


def summed_loss(model, batches, batch, smoothing=0.0):
    """The sum of this rank's losses, one a token."""
    inputs, labels = batches.inputs(batch)
    logits = model(**inputs, use_cache=False).logits
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="sum", label_smoothing=smoothing)


def over_ranks(value):
    value = value.detach().double()
    dist.all_reduce(value)
    return value.item()


@torch.no_grad()
def validate(model, batches):
    model.eval()
    total = sum(over_ranks(summed_loss(model, batches, batch)) for batch in batches.validation)
    return total / sum(map(batches.count, batches.validation))


# What is saved


def states():
    """The saved states by step, the earliest first."""
    found = {int(path.name[5:]): path for path in FOLDER.glob("step-*") if path.name[5:].isdigit()}
    return dict(sorted(found.items()))


def read_state(path, run):
    state = json.loads((path / "state.json").read_text())
    for key, expected in (("format", FORMAT), ("task", run["task"]), ("optimizer", run["optimizer"]["name"])):
        if state.get(key) != expected:
            raise SystemExit(f"{path}/state.json: expected {key} {expected}, got {state.get(key)}")
    for name, expected in state["sha256"].items():
        got = hashlib.sha256((path / name).read_bytes()).hexdigest()
        if got != expected:
            raise SystemExit(f"{path}/{name}: expected SHA-256 {expected}, got {got}: copy it again, or remove {path}")
    return state


def save_state(run, progress, model, optimizers, params, previous):
    """Writes weights, moments and progress under the name of the step. Every rank takes part, the first one writes."""
    weights = run["weights"]
    names = load_file(previous / weights).keys()
    values = {stored_name(name): tensor for name, tensor in model.state_dict().items()}
    arrays = {weights: {name: whole(values[name]) for name in names}, "optimizer.safetensors": {}}
    for one in optimizers:
        of = {param: name for name, param in params.items()}
        for param, state in one.state.items():
            for slot, tensor in state.items():
                if slot != "step":
                    arrays["optimizer.safetensors"][f"{slot}.{of[param]}"] = whole(tensor)
    target = FOLDER / f"step-{progress['step']:08d}"
    if dist.get_rank() == 0:
        part = target.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for file in previous.iterdir():
            if file.name not in (*arrays, "state.json"):
                shutil.copy(file, part)
        for name, tensors in arrays.items():
            save_file(tensors, part / name, {"format": "pt"})
        digests = {name: hashlib.sha256((part / name).read_bytes()).hexdigest() for name in arrays}
        about = {"format": FORMAT, "task": run["task"], "optimizer": run["optimizer"]["name"], "updates": progress["step"]}
        (part / "state.json").write_text(json.dumps({**about, "progress": progress, "sha256": digests}, indent=2) + "\n")
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
        best = progress.get("best", {}).get("step")
        for step, old in list(states().items())[: -run["keep"]]:
            if step not in (best, progress["step"]):
                shutil.rmtree(old)
    dist.barrier()
    return target


class Log:
    """The run's log.jsonl, from a step on; the first rank writes it."""

    def __init__(self, step):
        self.file = HERE / "log.jsonl"
        if dist.get_rank() == 0 and self.file.exists():
            lines = self.file.read_text().splitlines(keepends=True)
            kept = [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]
            self.file.write_text("".join(kept))

    def write(self, **event):
        if dist.get_rank() == 0:
            with self.file.open("a") as file:
                file.write(json.dumps({"time": datetime.now(timezone.utc).isoformat(), **event}) + "\n")
            print(" ".join(f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}" for name, value in event.items()), flush=True)


# The run


def train(run, device, steps):
    start, previous = list(states().items())[-1]
    state = read_state(previous, run)
    progress = state["progress"]
    mesh = init_device_mesh(device.type, (dist.get_world_size(),))
    model = open_model(run, previous)
    known = {stored_name(name) for name in model.state_dict()}
    for name in [*load_file(previous / run["weights"]), *run["parameters"]]:
        if name not in known:
            raise SystemExit(f"{run['weights']}: expected tensors of {type(model).__name__}, got {name}")
    for name, param in model.named_parameters():
        param.requires_grad_(stored_name(name) in run["parameters"])  # not tables of positions that are computed
    shard(model, mesh)
    params = {stored_name(name): param for name, param in model.named_parameters() if param.requires_grad}
    optimizers = new_optimizers(run, params)
    load_moments(optimizers, params, load_file(previous / "optimizer.safetensors"), state["updates"])
    batches, log = Batches(run, device), Log(start)
    rates = [group["lr"] for one in optimizers for group in one.param_groups]
    last = min(max(batches.training), start + steps if steps else math.inf)
    saved = start
    for step in range(start + 1, last + 1):
        began, batch, (epoch, position) = time.perf_counter(), batches.training[step], batches.places[step]
        count = batches.count(batch)
        torch.manual_seed((run["seed"] * 1_000_003 + step) * 65_537 + dist.get_rank())  # of dropout
        model.train()
        loss = summed_loss(model, batches, batch, run["labelSmoothing"])
        (loss * dist.get_world_size() / count).backward()  # FSDP takes the mean over ranks
        norm = torch.nn.utils.clip_grad_norm_(params.values(), run["clipNorm"])
        norm, loss = whole(norm).item(), over_ranks(loss) / count
        if not math.isfinite(loss) or not math.isfinite(norm):
            raise SystemExit(f"step {step}: expected a finite loss and gradient norm, got {loss} and {norm}; step {saved} is saved")
        scale = factor(step, run["schedule"])
        for group, rate in zip([group for one in optimizers for group in one.param_groups], rates):
            group["lr"] = rate * scale
        for one in optimizers:
            one.step()
            one.zero_grad()
        progress = {**progress, "step": step, "epoch": epoch, "position": position, "tokens": progress["tokens"] + count}
        speed = count / (time.perf_counter() - began)
        log.write(type="step", step=step, epoch=epoch, loss=loss, learningRate=rates[0] * scale, gradNorm=norm,
                  tokens=progress["tokens"], tokensPerSecond=speed, totalSteps=run["schedule"]["steps"])  # fmt: skip
        ends = step == run["schedule"]["steps"]
        if batches.validation and (ends or step % run["validateEvery"] == 0):
            value = validate(model, batches)
            best = progress.get("best", {"value": math.inf})
            better = value < best["value"]
            since = 0 if better else progress["validationsSinceBest"] + 1
            progress = {**progress, "validatedStep": step, "validationsSinceBest": since}
            if better:
                progress["best"] = {"step": step, "value": value}
            log.write(type="validation", step=step, epoch=epoch, metrics={"loss": value, "perplexity": math.exp(value)}, best=better)
        if step == last or step % run["saveEvery"] == 0 or progress.get("best", {}).get("step") == step:
            previous, saved = save_state(run, progress, model, optimizers, params, previous), step
            log.write(type="checkpoint", step=step)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, help="how many steps to make; by default all that the recipe has left")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="cuda or cpu")
    options = parser.parse_args()
    for name, value in {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}.items():
        os.environ.setdefault(name, value)  # of a single process, started by hand
    device = torch.device(options.device)
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        train(json.loads((FOLDER / "run.json").read_text()), device, options.steps)
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
