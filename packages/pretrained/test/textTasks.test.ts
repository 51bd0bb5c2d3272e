// Text tasks on what does not fit: models of another class, damaged files of modules, texts that are too long, and what is no text.
import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import {
  createEmbedder,
  createMaskFiller,
  createQuestionAnswerer,
  createReranker,
  createTextClassifier,
  createTokenClassifier,
  createZeroShotClassifier,
  loadPretrained,
  memoryFiles,
  type Pretrained,
  similarity,
} from "@qkv/pretrained";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { expectNoLeaks } from "@qkv/testing";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";

const golden = (file: string) => new Uint8Array(readFileSync(new URL(`golden/tasks/${file}`, import.meta.url)));
const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

type Kind = "classifier" | "nli" | "tagger" | "masked" | "answerer" | "embedder";
const EXPECTED = JSON.parse(new TextDecoder().decode(golden("expected.json"))) as Record<Kind, { config: object }>;

/** Opens a model of the golden files, with other files beside or instead. */
function open(kind: Kind, more: Readonly<Record<string, unknown>> = {}): Promise<Pretrained> {
  const files = new Map<string, Uint8Array>([
    ["config.json", bytesOf(EXPECTED[kind].config)],
    ["model.safetensors", golden(`${kind === "embedder" ? "encoder" : kind}.safetensors`)],
    ["tokenizer.json", golden("tokenizer.json")],
  ]);
  for (const [file, contents] of Object.entries(more)) {
    files.set(file, contents instanceof Uint8Array ? contents : bytesOf(contents));
  }
  return loadPretrained(memoryFiles("tiny", files));
}

async function using(kind: Kind, work: (pretrained: Pretrained) => Promise<void> | void, more = {}): Promise<void> {
  await expectNoLeaks(async () => {
    const pretrained = await open(kind, more);
    try {
      await work(pretrained);
    } finally {
      pretrained.model.dispose();
    }
  });
}

beforeAll(() => initBackend("cpu"));
afterEach(() => vi.restoreAllMocks());

const LONG = "Ada wrote programs in London. ".repeat(40);

describe("models of another class", () => {
  test.each([
    ["createEmbedder", createEmbedder, "encodes texts (textEncoder)"],
    ["createTextClassifier", createTextClassifier, "classifies texts (sequenceClassification)"],
    ["createTextClassifier", createReranker, "classifies texts (sequenceClassification)"],
    ["createTextClassifier", createZeroShotClassifier, "classifies texts (sequenceClassification)"],
    ["createTokenClassifier", createTokenClassifier, "classifies tokens (tokenClassification)"],
    ["createQuestionAnswerer", createQuestionAnswerer, "finds answers in texts (questionAnswering)"],
  ] as const)("%s", (who, create, expected) =>
    using("masked", (pretrained) => {
      expect(() => create(pretrained)).toThrow(
        `tiny/config.json: ${who} expected a model that ${expected}, got BertForMaskedLM (maskedLM)`,
      );
    }),
  );

  test("createMaskFiller", () =>
    using("tagger", (pretrained) => {
      expect(() => createMaskFiller(pretrained)).toThrow("got BertForTokenClassification (tokenClassification)");
    }));

  test("a classifier of several classes is no reranker; one without entailment knows no labels of one's own", () =>
    using("classifier", (pretrained) => {
      expect(() => createReranker(pretrained)).toThrow(
        "tiny/config.json: Reranker: expected a model of one number for a pair of texts, got one of 3 classes",
      );
      expect(() => createZeroShotClassifier(pretrained)).toThrow(
        "tiny/config.json: ZeroShotClassifier: expected a class called entailment beside others, got the classes bad, fair, good",
      );
    }));
});

describe("modules of an embedder", () => {
  const MODULES = [
    { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
    { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
  ];
  const POOLING = { word_embedding_dimension: 16, pooling_mode_mean_tokens: true };
  const CONFIG = { "modules.json": MODULES, "1_Pooling/config.json": POOLING };
  const dense = { idx: 2, name: "2", path: "2_Dense", type: "sentence_transformers.models.Dense" };
  const DENSE = {
    in_features: 16,
    out_features: 3,
    bias: false,
    activation_function: "torch.nn.modules.activation.Tanh",
  };
  const weight = (shape: [number, number], name = "linear.weight") =>
    writeSafetensors(new Map([[name, safeTensor(new Float32Array(shape[0] * shape[1]).fill(0.1), shape)]]));

  test("older names of pooling are read", () =>
    using("embedder", ({ sentenceModules }) => expect(sentenceModules?.pooling.modes).toEqual(["mean"]), CONFIG));

  test("a folder that names the class with which its model was trained, and holds the model alone", () =>
    using(
      "embedder",
      async (pretrained) => {
        expect(pretrained.task).toBe("textEncoder");
        expect((await createEmbedder(pretrained).embed("Ada")).length).toBe(16);
      },
      { ...CONFIG, "config.json": { ...EXPECTED.embedder.config, architectures: ["BertForMaskedLM"] } },
    ));

  test.each([
    ["no list", { "modules.json": {} }, "tiny/modules.json: expected a list of modules"],
    ["no JSON", { "modules.json": new TextEncoder().encode("[") }, "tiny/modules.json: "],
    ["nothing in it", { "modules.json": [] }, "expected a Transformer in the folder itself, then Pooling, got nothing"],
    [
      "a folder above",
      { "modules.json": [MODULES[0], { ...MODULES[1], path: "../1_Pooling" }] },
      "tiny/modules.json: expected a list of modules, each with a type and the path of a folder below",
    ],
    [
      "another module",
      { "modules.json": [...MODULES, { path: "2_LSTM", type: "sentence_transformers.models.LSTM" }] },
      "tiny/modules.json: expected the modules Transformer, Pooling, Dense, Normalize, got LSTM",
    ],
    ["no pooling", { "1_Pooling/config.json": undefined }, "tiny/1_Pooling/config.json: expected a file, got nothing"],
    [
      "an unknown way of pooling",
      { "1_Pooling/config.json": { pooling_mode: "attention" } },
      "tiny/1_Pooling/config.json: expected pooling_mode to be one or several of cls, max, mean",
    ],
    [
      "an unknown field",
      { "1_Pooling/config.json": { ...POOLING, pooling_temperature: 2 } },
      "tiny/1_Pooling/config.json: expected pooling_temperature to be one of the fields that are known",
    ],
    [
      "another similarity",
      { "config_sentence_transformers.json": { similarity_fn_name: "hamming" } },
      "tiny/config_sentence_transformers.json: expected similarity_fn_name to be one of cosine, dot, euclidean, manhattan",
    ],
    [
      "a prompt that is not there",
      { "config_sentence_transformers.json": { prompts: { query: "q: " }, default_prompt_name: "passage" } },
      "tiny/config_sentence_transformers.json: expected default_prompt_name to be one of query",
    ],
    [
      "prompts that are no texts",
      { "config_sentence_transformers.json": { prompts: { query: 3 } } },
      "tiny/config_sentence_transformers.json: expected prompts to be an object of texts",
    ],
    [
      "a dense layer of another size",
      {
        "modules.json": [...MODULES, dense],
        "2_Dense/config.json": DENSE,
        "2_Dense/model.safetensors": weight([16, 3]),
      },
      "tiny/2_Dense/model.safetensors: linear.weight: expected the shape [3, 16], got [16, 3]",
    ],
    [
      "a dense layer without its array",
      {
        "modules.json": [...MODULES, dense],
        "2_Dense/config.json": DENSE,
        "2_Dense/model.safetensors": weight([3, 16], "weight"),
      },
      "tiny/2_Dense/model.safetensors: expected an array linear.weight, got none",
    ],
    [
      "an unknown activation",
      { "modules.json": [...MODULES, dense], "2_Dense/config.json": { ...DENSE, activation_function: "my.Swish" } },
      "tiny/2_Dense/config.json: expected activation_function to be one of torch.nn.modules.linear.Identity",
    ],
  ] as const)("%s", async (_, changed, message) => {
    const files = Object.entries({ ...CONFIG, ...changed }).filter(([, contents]) => contents !== undefined);
    await expectNoLeaks(async () => {
      await expect(open("embedder", Object.fromEntries(files))).rejects.toThrow(message);
    });
  });

  test("more dimensions than there are, a prompt that is not there, a way of pooling that is none", () =>
    using("embedder", async (pretrained) => {
      const embedder = createEmbedder(pretrained);
      await expect(embedder.embed("Ada", { dimensions: 17 })).rejects.toThrow("expected at most 16 dimensions, got 17");
      await expect(embedder.embed("Ada", { dimensions: 0 })).rejects.toThrow("a whole number above 0, got number 0");
      await expect(embedder.embed("Ada", { promptName: "query" })).rejects.toThrow(
        'expected a promptName of the model (none), got "query"',
      );
      expect(() => createEmbedder(pretrained, { pooling: "first" as "cls" })).toThrow(
        "expected pooling to be one of cls",
      );
    }));
});

describe("long texts", () => {
  test("what is cut is told: once on the console, or each by onTruncated", () =>
    using("classifier", async (pretrained) => {
      const warn = vi.spyOn(console, "warn").mockReturnValue();
      const classifier = createTextClassifier(pretrained);
      await classifier.classifyBatch([LONG, "Ada", LONG]);
      expect(warn.mock.calls).toEqual([
        [expect.stringMatching(/^classify: text 0 has \d+ tokens, of which the model reads 24$/)],
      ]);
      const cut: unknown[] = [];
      await classifier.classifyBatch(["Ada", LONG], { onTruncated: (text) => cut.push(text) });
      expect(cut).toEqual([{ index: 1, tokens: expect.any(Number) as number, kept: 24 }]);
      expect(warn).toHaveBeenCalledTimes(1);
    }));

  test("entities are found to the end, where windows overlap too", () =>
    using("tagger", async (pretrained) => {
      const tagger = createTokenClassifier(pretrained);
      const tokens = await tagger.tag(LONG, { aggregation: "none", ignore: [] });
      const words = pretrained.tokenizer?.encode(LONG, { addSpecialTokens: false, truncation: false }).length;
      expect(tokens).toHaveLength(words ?? 0);
      for (const [i, { start, end, text }] of tokens.entries()) {
        expect(text).toBe(LONG.slice(start, end));
        expect(start).toBeGreaterThanOrEqual(tokens[i - 1]?.end ?? 0);
      }
      // Inside, each token is read with as much before and behind it as the windows have: the same sentence reads the same.
      const short = await tagger.tag("Ada wrote programs in London.", { aggregation: "none", ignore: [] });
      expect(short.map(({ text }) => text)).toEqual(tokens.slice(0, short.length).map(({ text }) => text));
    }));

  test("an answer is found at the end of a long context", () =>
    using("answerer", async (pretrained) => {
      const answerer = createQuestionAnswerer(pretrained);
      const answers = await answerer.answer("who", LONG, { top: 1000 });
      for (const { answer, start, end } of answers) expect(answer).toBe(LONG.slice(start, end));
      expect(answers.some(({ start }) => start > LONG.length - 60)).toBe(true);
      expect(answers.some(({ start }) => start < 60)).toBe(true);
      await expect(answerer.answer(LONG, "Ada")).rejects.toThrow("expected a question of fewer tokens than the 24");
    }));

  test("100,000 characters", () =>
    using("tagger", async (pretrained) => {
      const text = LONG.repeat(85).slice(0, 100_000);
      const tokens = await createTokenClassifier(pretrained).tag(text, { aggregation: "none", ignore: [] });
      expect(tokens.at(-1)?.end).toBeGreaterThan(99_990);
    }));
});

describe("wrong arguments", () => {
  test("what is no text, no list and no option", () =>
    using("classifier", async (pretrained) => {
      const classifier = createTextClassifier(pretrained);
      await expect(classifier.classifyBatch("Ada" as unknown as string[])).rejects.toThrow(
        "expected an array of texts",
      );
      await expect(classifier.classify(undefined as unknown as string)).rejects.toThrow(
        "classify: expected texts, or pairs of them as { text, pair }",
      );
      await expect(classifier.classify("Ada", { topK: 3 } as object)).rejects.toThrow("topK");
      await expect(classifier.classify("Ada", { top: 0 })).rejects.toThrow("expected top to be a whole number above 0");
      expect(() => createTextClassifier(Promise.resolve() as unknown as Pretrained)).toThrow(
        "expected an opened model",
      );
    }));

  test("a text without its mask, a target that is no token", () =>
    using("masked", async (pretrained) => {
      const filler = createMaskFiller(pretrained);
      await expect(filler.fill("Ada <mask>")).rejects.toThrow('fill: expected [MASK] in the text, got "Ada <mask>"');
      await expect(filler.fill("[MASK]", { targets: ["Zanzibar"] })).rejects.toThrow(
        'expected targets to be tokens of the vocabulary, got "Zanzibar"',
      );
    }));

  test("labels of one's own need a place in the sentence", () =>
    using("nli", async (pretrained) => {
      const classifier = createZeroShotClassifier(pretrained);
      await expect(classifier.classify("Ada", ["a"], { hypothesis: "This is it." })).rejects.toThrow(
        "with {} for the label",
      );
      await expect(classifier.classify("Ada", [])).rejects.toThrow("expected at least one label, got none");
    }));

  test("an abort ends it with the signal's reason", () =>
    using("embedder", async (pretrained) => {
      const embedder = createEmbedder(pretrained);
      const stopping = new AbortController();
      const done: number[] = [];
      const run = embedder.embedBatch(["a", "b", "c"], {
        batchSize: 1,
        signal: stopping.signal,
        onProgress: (progress) => {
          done.push(progress.done);
          stopping.abort(new Error("enough"));
        },
      });
      await expect(run).rejects.toThrow("enough");
      expect(done).toEqual([1]);
    }));

  test("a damaged model is told of by its weight", async () => {
    const tensors = new Map(parseSafetensors(golden("classifier.safetensors")).tensors);
    const name = "bert.encoder.layer.1.output.dense.bias";
    const bias = tensors.get(name);
    if (bias === undefined) throw new Error(name);
    tensors.set(name, safeTensor(toFloat32(bias).fill(NaN), [...bias.shape]));
    await using(
      "classifier",
      async (pretrained) => {
        await expect(createTextClassifier(pretrained).classify("Ada")).rejects.toThrow(
          /got NaN first in the activation of encoder\.layers\.1; the weight encoder\.layers\.1\..* holds NaN/,
        );
      },
      { "model.safetensors": writeSafetensors(tensors) },
    );
  });
});

test("similarity", () => {
  const [a, b] = [Float32Array.of(3, 4), Float32Array.of(4, 3)];
  expect(similarity(a, b)).toBeCloseTo(0.96);
  expect(similarity(a, b, "dot")).toBe(24);
  expect(similarity(a, b, "euclidean")).toBeCloseTo(-Math.SQRT2);
  expect(similarity(a, b, "manhattan")).toBe(-2);
  expect(() => similarity(a, Float32Array.of(1))).toThrow("similarity: expected two vectors of the same length");
});
