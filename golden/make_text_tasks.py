"""Writes the golden files that the tests of the text tasks of @qkv/pretrained read.

Run: python golden/make_text_tasks.py      (torch, transformers, tokenizers, sentence-transformers)

Tiny BERTs of each class with random weights, one WordPiece tokenizer, and what Python's pipelines, its Sentence Transformers and
its cross-encoder make of some texts. transformers 5 has no pipeline for question answering: the one of version 4 is followed here,
on the logits that its model gives.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import numpy as np
import sentence_transformers
import tokenizers
import torch
import transformers
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling

OUT = Path(__file__).parent.parent / "packages" / "pretrained" / "test" / "golden" / "tasks"
VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
            "sentence-transformers": sentence_transformers.__version__}
LENGTH = 24
SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
             max_position_embeddings=LENGTH, attn_implementation="eager")
TEXTS = ["Ada Lovelace wrote programs in London.", "the café is open 😀 until noon", "No.", "",
         "Charles Babbage built engines, and Ada wrote what they were to do, long before there was one."]
CORPUS = [*TEXTS, "Paris is nice", "who wrote programs", "what opened at noon", "this example is about engines or food",
          "a query about London and a passage about cafés"]


def tokenizer():
    inner = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="[UNK]"))
    inner.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    inner.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    inner.decoder = tokenizers.decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    inner.train_from_iterator(CORPUS, tokenizers.trainers.WordPieceTrainer(
        vocab_size=110, special_tokens=special, show_progress=False))
    inner.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, inner.token_to_id(token)) for token in ("[CLS]", "[SEP]")])
    return transformers.BertTokenizerFast(tokenizer_object=inner, model_max_length=LENGTH)


TOKENIZER = tokenizer()


def model(kind, seed, **options):
    torch.manual_seed(seed)
    made = kind(transformers.BertConfig(vocab_size=len(TOKENIZER), **SIZES, **options)).eval()
    for key, parameter in made.named_parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0 if key.endswith("weight") else 0.0, std=0.3)
        else:
            torch.nn.init.normal_(parameter, std=1.5 * parameter.shape[-1] ** -0.5)
    return made


def save(made, name):
    with tempfile.TemporaryDirectory() as folder:
        made.save_pretrained(folder)
        (OUT / f"{name}.safetensors").write_bytes(Path(folder, "model.safetensors").read_bytes())
        return json.loads(Path(folder, "config.json").read_text())


def utf16(text, position):
    return len(text[:position].encode("utf-16-le")) // 2


def plain(value):
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value


def pipe(task, made, **options):
    return transformers.pipeline(task, model=made, tokenizer=TOKENIZER, device="cpu", **options)


def classifier():
    made = model(transformers.BertForSequenceClassification, 1, id2label={0: "bad", 1: "fair", 2: "good"})
    config = save(made, "classifier")
    run = pipe("text-classification", made)
    cases = [dict(text=text) for text in TEXTS] + [dict(text=TEXTS[0], text_pair=TEXTS[1])]
    return dict(config=config, cases=[dict(input=case, labels=run([case], top_k=None, truncation=True)[0]) for case in cases])


def zero_shot():
    names = ["contradiction", "neutral", "entailment"]
    made = model(transformers.BertForSequenceClassification, 2,
                 id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)})
    config = save(made, "nli")
    run = pipe("zero-shot-classification", made)
    labels = ["food", "engines", "London"]
    return dict(config=config, labels=labels, cases=[
        dict(text=text, multi=multi, **{key: value for key, value in run(text, labels, multi_label=multi).items() if key != "sequence"})
        for text in (TEXTS[0], TEXTS[1]) for multi in (False, True)])


def tagger():
    names = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    made = model(transformers.BertForTokenClassification, 3, id2label=dict(enumerate(names)))
    config = save(made, "tagger")
    cases = []
    for aggregation in ("none", "simple", "first", "average", "max"):
        run = pipe("token-classification", made, aggregation_strategy=aggregation)
        for text in TEXTS[:3]:
            found = [dict(label=each.get("entity_group", each.get("entity")), score=float(each["score"]),
                          start=utf16(text, each["start"]), end=utf16(text, each["end"])) for each in run(text)]
            cases.append(dict(text=text, aggregation=aggregation, entities=found))
    return dict(config=config, cases=cases)


def masked():
    made = model(transformers.BertForMaskedLM, 4)
    config = save(made, "masked")
    run = pipe("fill-mask", made)
    texts = ["ada wrote [MASK] in london.", "[MASK] is open until [MASK]"]
    targets = ["noon", "ada", "what"]
    return dict(config=config, cases=[dict(text=text, masks=plain([rows] if isinstance(rows[0], dict) else rows))
                                      for text, rows in ((text, run(text)) for text in texts)],
                targets=targets, targeted=plain(run(texts[0], targets=targets, top_k=3)))


def softmax(values):
    powers = np.exp(values - values.max())
    return powers / powers.sum()


def spans(made, question, context, top):
    """The answers of one window, and the score of none, as transformers 4's pipeline makes them."""
    encoded = TOKENIZER(question, context, return_tensors="pt", return_offsets_mapping=True)
    offsets = encoded.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        out = made(**encoded)
    of_context = np.array([each == 1 for each in encoded.sequence_ids(0)])
    kept = of_context.copy()
    kept[0] = True
    starts, ends = (softmax(np.where(kept, logits[0].numpy(), -10000.0)) for logits in (out.start_logits, out.end_logits))
    none = float(starts[0] * ends[0])
    starts[0] = ends[0] = 0
    products = np.triu(np.outer(starts, ends)) - np.triu(np.outer(starts, ends), 15)
    answers = []
    for flat in products.ravel().argsort()[::-1][:top]:
        if products.ravel()[flat] == 0:
            break  # no further span lies in the context
        first, last = divmod(int(flat), len(starts))
        words = encoded.word_ids(0)
        def word(at):
            return [i for i, each in enumerate(words) if of_context[i] and each == words[at]]
        start, end = offsets[word(first)[0]][0], offsets[word(last)[-1]][1]
        answers.append(dict(answer=context[start:end], score=float(products.ravel()[flat]), start=utf16(context, start), end=utf16(context, end)))
    return answers, none


def answerer():
    made = model(transformers.BertForQuestionAnswering, 5)
    config = save(made, "answerer")
    cases = []
    for question, context in [("who wrote programs", TEXTS[0]), ("what opened", TEXTS[1]), ("what", "No.")]:
        answers, none = spans(made, question, context, 40)
        once = {}
        for answer in answers:
            once.setdefault((answer["start"], answer["end"]), answer)
        cases.append(dict(question=question, context=context, answers=list(once.values())[:3], none=none))
    return dict(config=config, cases=cases)


def reranker():
    made = model(transformers.BertForSequenceClassification, 6, num_labels=1)
    save(made, "reranker")
    query, documents = "what opened at noon", TEXTS
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        made.save_pretrained(folder)
        TOKENIZER.save_pretrained(folder)
        for activation in (torch.nn.Sigmoid(), torch.nn.Identity()):
            encoder = CrossEncoder(folder, device="cpu", activation_fn=activation, max_length=LENGTH)
            with tempfile.TemporaryDirectory() as saved:
                encoder.save_pretrained(saved)
                files = {name: json.loads(Path(saved, name).read_text()) for name in ("config.json", "config_sentence_transformers.json")}
            cases.append(dict(config=files.pop("config.json"), files=files, scores=encoder.predict([(query, text) for text in documents]).tolist()))
    return dict(query=query, documents=documents, cases=cases)


def embedder():
    made = model(transformers.BertModel, 7)
    config = save(made, "encoder")
    cases = []
    torch.manual_seed(8)
    dense = dict(in_features=32, out_features=12, activation_function=torch.nn.Tanh())
    ways = {
        "mean, normalized": ([Pooling(16, "mean"), Normalize()], {}),
        "cls and max, dense": ([Pooling(16, ("cls", "max")), Dense(**dense), Normalize()], {}),
        "every other way": ([Pooling(16, ("mean_sqrt_len_tokens", "weightedmean", "lasttoken"))], {}),
        "prompts that do not count": ([Pooling(16, "mean", include_prompt=False)],
                                      dict(prompts={"query": "a query: ", "document": ""}, default_prompt_name="query")),
        "short and lowercase": ([Pooling(16, "mean")], dict(max_seq_length=8)),
    }
    with tempfile.TemporaryDirectory() as folder:
        made.save_pretrained(folder)
        TOKENIZER.save_pretrained(folder)
        for name, (modules, options) in ways.items():
            limit = options.pop("max_seq_length", None)
            first = Transformer(folder, max_seq_length=limit)
            encoder = SentenceTransformer(modules=[first, *modules], device="cpu", **options)
            with tempfile.TemporaryDirectory() as saved:
                encoder.save_pretrained(saved)
                kept = [path for path in Path(saved).rglob("*.json")
                        if path.parent != Path(saved) or path.name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "tokenizer_config.json")]
                files = {str(path.relative_to(saved)): json.loads(path.read_text()) for path in kept}
                for path in Path(saved).rglob("*/model.safetensors"):
                    (OUT / "dense.safetensors").write_bytes(path.read_bytes())
            texts = [text for text in TEXTS if text != ""]
            found = dict(vectors=encoder.encode(texts).tolist(), cut=encoder.encode(texts, truncate_dim=8, normalize_embeddings=True).tolist())
            if options.get("prompts"):
                found["documents"] = encoder.encode(texts, prompt_name="document").tolist()
                found["own"] = encoder.encode(texts, prompt="about London: ").tolist()
            cases.append(dict(name=name, files=files, texts=texts, **found))
    return dict(config=config, cases=cases)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "tokenizer.json").write_text(TOKENIZER.backend_tokenizer.to_str(pretty=False) + "\n")
    expected = dict(versions=VERSIONS, classifier=classifier(), nli=zero_shot(), tagger=tagger(), masked=masked(),
                    answerer=answerer(), reranker=reranker(), embedder=embedder())
    text = json.dumps(plain(expected), ensure_ascii=False, separators=(",", ":"))
    (OUT / "expected.json").write_text(text + "\n")


main()
