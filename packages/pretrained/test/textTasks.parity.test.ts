// Text tasks on tiny models with random weights, beside what Python's pipelines, Sentence Transformers and cross-encoders
// make of the same texts (golden/make_text_tasks.py).
import { readFileSync } from "node:fs";
import {
  createEmbedder,
  createMaskFiller,
  createQuestionAnswerer,
  createReranker,
  createTextClassifier,
  createTokenClassifier,
  createZeroShotClassifier,
  type LabelScore,
  loadPretrained,
  memoryFiles,
  type Pretrained,
} from "@qkv/pretrained";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import { expect, test } from "vitest";

const golden = (file: string) => new Uint8Array(readFileSync(new URL(`golden/tasks/${file}`, import.meta.url)));
const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

interface Labels {
  readonly label: string;
  readonly score: number;
}
interface Expected {
  readonly classifier: { config: object; cases: { input: { text: string; text_pair?: string }; labels: Labels[] }[] };
  readonly nli: {
    config: object;
    labels: string[];
    cases: { text: string; multi: boolean; labels: string[]; scores: number[] }[];
  };
  readonly tagger: {
    config: object;
    cases: { text: string; aggregation: "none"; entities: (Labels & { start: number; end: number })[] }[];
  };
  readonly masked: {
    config: object;
    cases: { text: string; masks: Filled[][] }[];
    targets: string[];
    targeted: Filled[];
  };
  readonly answerer: {
    config: object;
    cases: {
      question: string;
      context: string;
      answers: { answer: string; score: number; start: number; end: number }[];
      none: number;
    }[];
  };
  readonly reranker: {
    query: string;
    documents: string[];
    cases: { config: object; files: Record<string, object>; scores: number[] }[];
  };
  readonly embedder: {
    config: object;
    cases: {
      name: string;
      files: Record<string, object>;
      texts: string[];
      vectors: number[][];
      cut: number[][];
      documents?: number[][];
      own?: number[][];
    }[];
  };
}
interface Filled {
  readonly score: number;
  readonly token: number;
  readonly token_str: string;
  readonly sequence: string;
}

const EXPECTED = JSON.parse(new TextDecoder().decode(golden("expected.json"))) as Expected;

/** Runs `work` on a model of the golden files. */
async function withModel(
  weights: string,
  config: object,
  work: (pretrained: Pretrained) => Promise<void>,
  more: Readonly<Record<string, object>> = {},
): Promise<void> {
  const files = new Map([
    ["config.json", bytesOf(config)],
    ["model.safetensors", golden(`${weights}.safetensors`)],
    ["tokenizer.json", golden("tokenizer.json")],
    ...Object.entries(more).map(([file, json]) => [file, bytesOf(json)] as const),
    ...Object.keys(more)
      .filter((file) => file.endsWith("Dense/config.json"))
      .map((file) => [file.replace("config.json", "model.safetensors"), golden("dense.safetensors")] as const),
  ]);
  await expectNoLeaks(async () => {
    const pretrained = await loadPretrained(memoryFiles(weights, files));
    try {
      await work(pretrained);
    } finally {
      pretrained.model.dispose();
    }
  });
}

function expectScores(found: readonly LabelScore[], expected: readonly Labels[]): void {
  expect(found.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
  for (const [i, { score }] of expected.entries()) expect(found[i]?.score).toBeCloseTo(score, 5);
}

function expectVectors(found: readonly Float32Array[], expected: readonly (readonly number[])[]): void {
  expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  for (const [i, row] of expected.entries()) {
    for (const [k, value] of row.entries()) expect(found[i]?.[k]).toBeCloseTo(value, 5);
  }
}

const said = { onTruncated: () => undefined };

describeBackends("text tasks equal Python's", () => {
  test("classification of texts and pairs, of an empty one and of one that is cut", () => {
    const { config, cases } = EXPECTED.classifier;
    return withModel("classifier", config, async (pretrained) => {
      const classifier = createTextClassifier(pretrained);
      const texts = cases.map(({ input: { text, text_pair: pair } }) => (pair === undefined ? text : { text, pair }));
      const cut: number[] = [];
      const found = await classifier.classifyBatch(texts, { onTruncated: ({ index }) => cut.push(index) });
      for (const [i, { labels }] of cases.entries()) expectScores(found[i] ?? [], labels);
      expect(cut).toEqual([4, 5]);
      expectScores(await classifier.classify(texts[0] ?? "", { top: 1 }), cases[0]?.labels.slice(0, 1) ?? []);
      expectScores(
        (await classifier.classifyBatch(texts.slice(0, 3), { batchSize: 1 }))[2] ?? [],
        cases[2]?.labels ?? [],
      );
    });
  });

  test("classification by labels of one's own", () => {
    const { config, labels, cases } = EXPECTED.nli;
    return withModel("nli", config, async (pretrained) => {
      const classifier = createZeroShotClassifier(pretrained);
      for (const { text, multi: multiLabel, labels: names, scores } of cases) {
        const found = await classifier.classify(text, labels, { multiLabel, ...said });
        expectScores(
          found,
          names.map((label, i) => ({ label, score: scores[i] ?? 0 })),
        );
      }
    });
  });

  test("entities by every aggregation, with places in UTF-16", () => {
    const { config, cases } = EXPECTED.tagger;
    return withModel("tagger", config, async (pretrained) => {
      const tagger = createTokenClassifier(pretrained);
      for (const { text, aggregation, entities } of cases) {
        const found = await tagger.tag(text, { aggregation });
        expectScores(found, entities);
        expect(found.map(({ start, end }) => [start, end])).toEqual(entities.map(({ start, end }) => [start, end]));
        for (const each of found) expect(each.text).toBe(text.slice(each.start, each.end));
      }
    });
  });

  test("tokens for masks", () => {
    const { config, cases, targets, targeted } = EXPECTED.masked;
    return withModel("masked", config, async (pretrained) => {
      const filler = createMaskFiller(pretrained);
      expect(filler.mask).toBe("[MASK]");
      const found = await filler.fillBatch(cases.map(({ text }) => text));
      for (const [i, { masks }] of cases.entries()) {
        for (const [m, tokens] of masks.entries()) {
          const ours = found[i]?.[m] ?? [];
          expect(ours.map(({ id, text, sequence }) => [id, text, sequence])).toEqual(
            tokens.map((each) => [each.token, each.token_str, each.sequence]),
          );
          for (const [k, { score }] of tokens.entries()) expect(ours[k]?.score).toBeCloseTo(score, 5);
        }
      }
      const [wanted = []] = await filler.fill(cases[0]?.text ?? "", { targets });
      expect(wanted.map(({ id }) => id)).toEqual(targeted.map(({ token }) => token));
      for (const [k, { score }] of targeted.entries()) expect(wanted[k]?.score).toBeCloseTo(score, 5);
    });
  });

  test("answers to questions", () => {
    const { config, cases } = EXPECTED.answerer;
    return withModel("answerer", config, async (pretrained) => {
      const answerer = createQuestionAnswerer(pretrained);
      for (const { question, context, answers, none } of cases) {
        const found = await answerer.answer(question, context, { top: 3 });
        for (const [i, { score, ...place }] of answers.slice(0, found.length).entries()) {
          expect(found[i]).toMatchObject(place);
          expect(found[i]?.score).toBeCloseTo(score, 5);
        }
        const all = await answerer.answer(question, context, { top: 100, allowNone: true });
        expect(all.find(({ answer }) => answer === "")?.score).toBeCloseTo(none, 5);
      }
    });
  });

  test("a cross-encoder's scores, as its config says", async () => {
    const { query, documents, cases } = EXPECTED.reranker;
    for (const { config, files, scores } of cases) {
      const check = async (pretrained: Pretrained) => {
        const ranked = await createReranker(pretrained).rank(query, documents, said);
        expect(ranked.map(({ score }) => score)).toEqual(ranked.map(({ score }) => score).sort((a, b) => b - a));
        for (const { index, score } of ranked) expect(score).toBeCloseTo(scores[index] ?? NaN, 5);
      };
      await withModel("reranker", config, check, files);
      const { activation_fn } = files["config_sentence_transformers.json"] as { activation_fn: string };
      await withModel("reranker", { ...config, sentence_transformers: { activation_fn } }, check); // as older versions wrote it
      await withModel("reranker", { ...config, sbert_ce_default_activation_function: activation_fn }, check);
    }
  });

  test.each(EXPECTED.embedder.cases)("vectors by modules: $name", (golden) =>
    withModel(
      "encoder",
      EXPECTED.embedder.config,
      async (pretrained) => {
        const embedder = createEmbedder(pretrained);
        const { texts, vectors, cut, documents, own } = golden;
        expectVectors(await embedder.embedBatch(texts, said), vectors);
        expectVectors(await embedder.embedBatch(texts, { ...said, batchSize: 1 }), vectors);
        expectVectors(await embedder.embedBatch(texts, { ...said, dimensions: 8, normalize: true }), cut);
        if (documents) expectVectors(await embedder.embedBatch(texts, { ...said, promptName: "document" }), documents);
        if (own) expectVectors(await embedder.embedBatch(texts, { ...said, prompt: "about London: " }), own);
      },
      golden.files,
    ),
  );
});
