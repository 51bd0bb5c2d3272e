"""Writes the files that @qkv/training is held against. Run: python golden/make_training.py

`optimizers.safetensors` holds gradients and what PyTorch's optimizers make of them step by step, with another learning
rate each step, a parameter without a gradient in one step, and clipping by the global norm; `hundredSteps.safetensors` what
each optimizer has made of the same gradients after some of a hundred steps; `metrics.json` holds texts that are hard to
split into words and the scores that sacreBLEU gives them; `wordErrorRate.json` what was heard and said, and what jiwer counts.
"""
import json
from importlib.metadata import version
from pathlib import Path

import jiwer
import sacrebleu
import safetensors
import torch
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "packages" / "training" / "test" / "golden"
OUT.mkdir(parents=True, exist_ok=True)
VERSIONS = f"torch {torch.__version__}, safetensors {safetensors.__version__}, sacrebleu {sacrebleu.__version__}, seed 0"

STEPS = 7
SHAPES = {"fc1.weight": (3, 5), "fc1.bias": (3,), "norm.weight": (7,)}
LEARNING_RATES = [0.1 * step for step in range(1, STEPS + 1)]
UNUSED = (3, "norm.weight")  # has no gradient in this step
MAX_NORM = 2.5
VARIANTS = {
    "adamw": lambda p: torch.optim.AdamW(p.values(), lr=1.0),
    "adam": lambda p: torch.optim.Adam(p.values(), lr=1.0, betas=(0.8, 0.98), eps=1e-4, weight_decay=0.3),
    "excluded": lambda p: torch.optim.AdamW(
        [{"params": [p["fc1.weight"]], "weight_decay": 0.2}, {"params": [p["fc1.bias"], p["norm.weight"]], "weight_decay": 0.0}],
        lr=1.0, betas=(0.9, 0.98), eps=1e-9),
}


def optimizers() -> None:
    torch.manual_seed(0)
    tensors = {f"start.{name}": torch.randn(shape) for name, shape in SHAPES.items()}
    for step in range(STEPS):
        for name, shape in SHAPES.items():
            if (step, name) != UNUSED:
                tensors[f"gradient.{step}.{name}"] = torch.randn(shape) * 10.0 ** (step - 3)
    tensors["learningRates"] = torch.tensor(LEARNING_RATES)
    for variant, make in VARIANTS.items():
        params = {name: tensors[f"start.{name}"].clone().requires_grad_() for name in SHAPES}
        optimizer = make(params)
        for step, learning_rate in enumerate(LEARNING_RATES):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
            for name, param in params.items():
                gradient = tensors.get(f"gradient.{step}.{name}")
                param.grad = None if gradient is None else gradient.clone()
            if variant == "excluded":
                norm = torch.nn.utils.clip_grad_norm_(params.values(), MAX_NORM)
                tensors[f"norm.{step}"] = norm.reshape(1)
                for name, param in params.items():
                    if param.grad is not None:
                        tensors[f"clipped.{step}.{name}"] = param.grad.clone()
            optimizer.step()
            for name, param in params.items():
                tensors[f"{variant}.{step}.{name}"] = param.detach().clone()
        for name, param in params.items():
            state = optimizer.state[param]
            tensors[f"{variant}.first.{name}"] = state["exp_avg"].clone()
            tensors[f"{variant}.second.{name}"] = state["exp_avg_sq"].clone()
    save_file(tensors, OUT / "optimizers.safetensors", metadata={"versions": VERSIONS})


MATRICES = {"square": (7, 7), "wide": (3, 11), "tall": (13, 5), "other": (7, 7)}


def muon() -> None:
    """Muon's own iteration is in bfloat16, whose third digit depends on the machine: here it keeps float32."""
    torch.manual_seed(0)
    torch.Tensor.bfloat16 = lambda self: self.clone()
    tensors = {f"start.{name}": torch.randn(shape) for name, shape in MATRICES.items()}
    params = {name: tensors[f"start.{name}"].clone().requires_grad_() for name in MATRICES}
    optimizer = torch.optim.Muon(params.values(), lr=1.0, weight_decay=0.2, momentum=0.9, adjust_lr_fn="match_rms_adamw")
    tensors["learningRates"] = torch.tensor(LEARNING_RATES[:4])
    for step, learning_rate in enumerate(LEARNING_RATES[:4]):
        optimizer.param_groups[0]["lr"] = learning_rate
        for name, param in params.items():
            tensors[f"gradient.{step}.{name}"] = torch.randn(param.shape) * 10.0 ** (step - 2)
            param.grad = tensors[f"gradient.{step}.{name}"].clone()
        optimizer.step()
        for name, param in params.items():
            tensors[f"{step}.{name}"] = param.detach().clone()
    save_file(tensors, OUT / "muon.safetensors", metadata={"versions": VERSIONS})


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of arXiv:2302.06675, in the order of google/automl's lion_pytorch.py. PyTorch has none."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for param in group["params"]:
                average = self.state[param].setdefault("exp_avg", torch.zeros_like(param))
                param.mul_(1 - group["lr"] * group["weight_decay"])
                direction = average.clone().mul_(beta1).add(param.grad, alpha=1 - beta1).sign_()
                param.add_(direction, alpha=-group["lr"])
                average.mul_(beta2).add_(param.grad, alpha=1 - beta2)


HUNDRED = 100
COMPARED = [1, 2, 10, 50, 100]
RANKS = {"vector": (5,), "matrix": (3, 4), "cube": (2, 3, 2)}
OPTIMIZERS = {
    "adamW": lambda params, matrices: torch.optim.AdamW(params, lr=1.0),
    "muon": lambda params, matrices: torch.optim.Muon(matrices, lr=1.0, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"),
    "lion": lambda params, matrices: Lion(params, 1.0, (0.9, 0.99), 0.3),
    "adafactor": lambda params, matrices: torch.optim.Adafactor(params, lr=1.0),
    "adafactorChanged": lambda params, matrices: torch.optim.Adafactor(
        params, lr=1.0, beta2_decay=-0.6, eps=(1e-3, 0.1), d=1.5, weight_decay=0.2),
}


def hundred_steps() -> None:
    """After `muon`, whose patch keeps float32."""
    torch.manual_seed(1)
    rates = [0.02 * (1 + step % 7) / (1 + step / 20) for step in range(HUNDRED)]
    tensors = {"learningRates": torch.tensor(rates)}
    for name, shape in RANKS.items():
        tensors[f"start.{name}"] = torch.randn(shape)
        tensors[f"gradients.{name}"] = torch.randn(HUNDRED, *shape) + torch.randn(shape)
    for kind, make in OPTIMIZERS.items():
        params = {name: tensors[f"start.{name}"].clone().requires_grad_() for name in RANKS}
        optimizer = make(list(params.values()), [params["matrix"]])
        for step, rate in enumerate(rates):
            for group in optimizer.param_groups:
                group["lr"] = rate
            for name, param in params.items():
                param.grad = tensors[f"gradients.{name}"][step].clone()
            optimizer.step()
            if step + 1 in COMPARED:
                for name in ["matrix"] if kind == "muon" else RANKS:
                    tensors[f"{kind}.{step + 1}.{name}"] = params[name].detach().clone()
    save_file(tensors, OUT / "hundredSteps.safetensors", metadata={"versions": VERSIONS})


# (name, hypotheses, one list per reference)
CORPORA = [
    ("plain", ["The cat sat on the mat.", "A dog runs through the snow."],
     [["The cat is sitting on the mat.", "A dog is running through the snow."]]),
    ("punctuation", ["\"Hello,\" she said; (and left) [quickly] {so} a/b c\\d e_f g~h `i` ^j^ 50% #1 @x &c *d* +e =f <g>!",
                     "It's John's—isn't it?... Yes: no! 'quoted' «bonjour» “curly” well-known 5-6 7 - 8"],
     [["\"Hello\", she said (and left) [quickly] {so} a / b c\\d e_f g~h `i` ^j^ 50 % #1 @x &c *d* + e = f <g> !",
       "It's John's - isn't it? ... Yes : no ! 'quoted' « bonjour » \"curly\" well-known 5-6 7-8"]]),
    ("numbers", ["It costs 1,000.50 dollars, or 3.14,15 or .5 or 5. or ,5 5,", "In 1999-2000, 10-fold, v1.2.3-beta. A.B.C 1.A A.1"],
     [["It costs 1,000.50 dollars , or 3.14 ,15 or 0.5 or 5 or 5 ,", "In 1999-2000 10 fold v1.2.3 beta. A.B.C. 1.A A.1"]]),
    ("entities", ["&quot;Tom &amp; Jerry&quot; &lt;b&gt; &amp;quot; &amp;lt; &apos; <skipped>x", "a &amp b &quot"],
     [["\"Tom & Jerry\" <b> \" < ' x", "a & b \""]]),
    ("empty lines", ["", "Something.", "", "   "], [["Nothing.", "", "", "Some thing"]]),
    ("all empty", ["", ""], [["a b", "c"]]),
    ("empty references", ["a b", "c"], [["", ""]]),
    ("one word", ["Oui", "Non"], [["Oui", "Oui"]]),
    ("short", ["a b c", "d"], [["a b c", "e"]]),
    ("three words", ["a b c"], [["a b c"]]),
    ("no match", ["x y z w v"], [["a b c d e"]]),
    ("no four", ["a b c x d e f", "the the the the the"], [["a b c y d e f", "the cat"]]),
    ("CJK", ["我喜欢猫。今天天气很好", "東京は日本の首都です。", "고양이 세 마리"],
     [["我喜欢狗。今天天气不错", "東京は日本の都市です。", "고양이 두 마리"]]),
    ("spaces", ["Où\u202fest\u00a0la gare\u202f?", "a\u2009b\u3000c\u200bd\ufeffe", "tab\tnew\x0bline\x1cfield\x85next", " lead and trail \u00a0"],
     [["Où est la gare ?", "a b c d e", "tab new line field next", "lead and trail"]]),
    ("newlines", ["a-\nb c\nd", "end\n", "x\r\ny"], [["ab c d", "end", "x y"]]),
    ("emoji", ["👍🏽 great 𝛼.𝛽 1.𝛼 👨‍👩‍👧,ok", "e\u0301 é 😀.😀"], [["👍 great 𝛼 . 𝛽 1.𝛼 👨‍👩‍👧 , ok", "é é 😀 😀"]]),
    ("case", ["The CAT Sat", "THE cat"], [["the cat sat", "the cat"]]),
    ("longer", ["the cat sat on the mat and then it sat on the mat again and again"], [["the cat sat on the mat"]]),
    ("references", ["the cat is on the mat", "he read the book because he was interested", "a b c d", "no"],
     [["there is a cat on the mat", "he was interested so he read it", "a b", "yes no maybe"],
      ["the cat is on a mat", "he read the book for he was interested in world history", "a b c d e f", "no no"],
      ["", "x", "a b c e", ""]]),
    ("many", [f"sentence number {i} has {i * 7 % 11} words, {i / 7:.2f} of them wrong" for i in range(40)],
     [[f"sentence {i} has {i * 7 % 13} words and {i / 7:.1f} of them are wrong." for i in range(40)]]),
    ("french", ["Qu'est-ce que c'est ?", "L’homme n’a pas 25 ans.", "Il est 12h30 ; rendez-vous à 13,5 km !"],
     [["Qu’est-ce que c’est ?", "L'homme n'a pas vingt-cinq ans.", "Il est 12 h 30 : rendez-vous à 13,5 km."]]),
    ("korean", ["톰은 어제 학교에 안 갔어요.", "오후 3시 반에 만나요!"],
     [["톰은 어제 학교에 가지 않았어요.", "오후 3시 30분에 만나요."]]),
]


def bleu_of(bleu, hypotheses, references) -> dict:
    score = bleu.corpus_score(hypotheses, references)
    return {
        "score": score.score,
        "precisions": score.precisions,
        "brevityPenalty": score.bp,
        "hypothesisLength": score.sys_len,
        "referenceLength": score.ref_len,
        "signature": str(bleu.get_signature()),
    }


def metrics() -> None:
    cases = []
    for name, hypotheses, references in CORPORA:
        bleu = sacrebleu.metrics.BLEU()
        by_characters = sacrebleu.metrics.BLEU(tokenize="char")
        chrf = sacrebleu.metrics.CHRF()
        cases.append({
            "name": name,
            "hypotheses": hypotheses,
            "references": references,
            "tokens": [bleu.tokenizer(text.rstrip()) for text in hypotheses],
            "bleu": bleu_of(bleu, hypotheses, references),
            "bleuOfCharacters": bleu_of(by_characters, hypotheses, references),
            "chrF": {"score": chrf.corpus_score(hypotheses, references).score, "signature": str(chrf.get_signature())},
        })
    text = json.dumps({"versions": VERSIONS, "cases": cases}, ensure_ascii=True, indent=1)
    (OUT / "metrics.json").write_text(text + "\n")


HEARD = [
    ("equal", ["the cat sat"], ["the cat sat"]),
    ("replaced, left out, put in", ["the cat sit on mat", "well yes it is so"], ["the cat sat on the mat", "yes it is"]),
    ("nothing heard", ["", "a b"], ["two words", "a b"]),
    ("much too long", ["one two three four five"], ["six"]),
    ("case and punctuation count", ["The cat, sat"], ["the cat sat"]),
    ("several spaces", ["  the cat   sat "], ["the cat  sat"]),
    ("moved", ["b c d e a", "\uc740\ud589\uc774 \uc5b4\ub514\uc608\uc694"], ["a b c d e", "\uc740\ud589\uc740 \uc5b4\ub514\uc608\uc694"]),
]


def word_error_rate() -> None:
    cases = []
    for name, hypotheses, references in HEARD:
        out = jiwer.process_words(references, hypotheses)
        edits = out.substitutions + out.deletions + out.insertions
        words = out.hits + out.substitutions + out.deletions
        cases.append(dict(name=name, hypotheses=hypotheses, references=references, rate=out.wer, edits=edits, words=words))
    text = json.dumps({"versions": f"jiwer {version('jiwer')}", "cases": cases}, ensure_ascii=True, indent=1)
    (OUT / "wordErrorRate.json").write_text(text + "\n")


optimizers()
muon()
hundred_steps()
metrics()
word_error_rate()
