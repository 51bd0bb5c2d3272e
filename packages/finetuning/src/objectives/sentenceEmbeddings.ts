import type { PassOptions } from "@qkv/nn";
import {
  createEmbedder,
  denseFiles,
  type Embedder,
  POOLING_MODES,
  type PoolingMode,
  type Pretrained,
} from "@qkv/pretrained";
import { contrastiveLoss } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { type EncodedText, encodedText, textBatch } from "../batches/encodedText.ts";
import { maxTokensOf, tokenizerOf } from "../batches/textModelOf.ts";
import { retrievalScores } from "../metrics/retrieval.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { meanLoss, valuesOf } from "../objective/meanLoss.ts";
import type { Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { optionalTextOf, textOf } from "../records/dataRecord.ts";

/** Settings of sentence embeddings. */
export interface SentenceEmbeddingsSettings {
  /** What cosines are multiplied by, the inverse of a temperature. Default 20. */
  readonly scale?: number | undefined;
  /** Whether each positive has to find its anchor too. Default false. */
  readonly symmetric?: boolean | undefined;
  /** How the vectors of a text's tokens become one. Default what the folder says, else the mean. */
  readonly pooling?: PoolingMode | undefined;
  /** The most tokens of a text. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
}

/** Two texts of like meaning, and one of another. */
export interface TextTriplet {
  readonly anchor: string;
  readonly positive: string;
  readonly negative?: string;
}

/** The same as tokens. */
export interface EncodedTriplet {
  readonly anchor: EncodedText;
  readonly positive: EncodedText;
  readonly negative: EncodedText | undefined;
}

const NAME = "sentence-embeddings";

/** Sentence embeddings: each anchor is to find its positive among those of the batch, and the negatives. */
export const sentenceEmbeddings: Objective<SentenceEmbeddingsSettings, TextTriplet, EncodedTriplet, EncodedTriplet> = {
  name: NAME,
  summary: "Teach an embedder which texts belong together.",
  record: '{"anchor", "positive"}, with a harder one besides {"anchor", "positive", "negative"}',
  modelTask: "textEncoder",
  fields: ["anchor", "positive", "negative"],
  read(record) {
    const negative = optionalTextOf(record, "negative");
    const [anchor, positive] = [textOf(record, "anchor"), textOf(record, "positive")];
    return { anchor, positive, ...(negative !== undefined && { negative }) };
  },
  initialize: () => ({ task: "textEncoder" }),
  encoder(pretrained, settings, onTruncated) {
    const embedder = embedderOf(pretrained, settings);
    const maxTokens = maxTokensOf(pretrained, settings.maxTokens);
    const encode = (text: string) => {
      const [encoding] = embedder.encodeBatch([text], { maxTokens, onTruncated: () => onTruncated?.() });
      return encodedText(encoding as NonNullable<typeof encoding>);
    };
    return ({ anchor, positive, negative }) => [
      {
        anchor: encode(anchor),
        positive: encode(positive),
        negative: negative === undefined ? undefined : encode(negative),
      },
    ];
  },
  createTask(pretrained, options, settings) {
    if (options.batchSize < 2) {
      throw new RangeError(
        `expected batchSize to be at least 2, as the others are the wrong answers, got ${options.batchSize}`,
      );
    }
    if (options.training.length < 2) {
      throw new RangeError(`expected at least 2 examples to train on, got ${options.training.length}`);
    }
    const embedder = embedderOf(pretrained, settings);
    const { scale = 20, symmetric = false } = settings;
    const vectors = (texts: readonly EncodedText[], pass: PassOptions = {}) =>
      embedder.forward(
        textBatch(texts, embedder.model),
        texts.map(({ ids }) => ids.length),
        {},
        pass,
      );
    const loss = (rows: readonly EncodedTriplet[], pass?: PassOptions) =>
      tf.tidy(() => {
        const negatives = rows.flatMap(({ negative }) => negative ?? []);
        return contrastiveLoss(
          vectors(
            rows.map(({ anchor }) => anchor),
            pass,
          ),
          vectors(
            rows.map(({ positive }) => positive),
            pass,
          ),
          { scale, symmetric, ...(negatives.length > 0 && { negatives: vectors(negatives, pass) }) },
        );
      });
    return exampleTask(
      {
        params: options.params ?? trainedParameters(embedder.model),
        unit: "pairs",
        metrics: { loss: "min", accuracy: "max", mrr: "max" },
        rowOf: (example) => example,
        weightOf: () => 1,
        loss,
        validate: async (batches, signal) => {
          const mean = await meanLoss(batches, loss, () => 1, signal);
          const [anchors, positives]: [Float32Array[], Float32Array[]] = [[], []];
          for (const batch of batches) {
            signal?.throwIfAborted();
            anchors.push(...(await rowsOf(batch.length, () => vectors(batch.map(({ anchor }) => anchor)))));
            positives.push(...(await rowsOf(batch.length, () => vectors(batch.map(({ positive }) => positive)))));
          }
          return { loss: mean, ...retrievalScores(anchors, positives) };
        },
      },
      options,
    );
  },
  files: (pretrained, settings) => moduleFiles(embedderOf(pretrained, settings)),
};

function embedderOf(pretrained: Pretrained, { pooling }: SentenceEmbeddingsSettings): Embedder {
  tokenizerOf(NAME, pretrained, "textEncoder");
  return createEmbedder(pretrained, { ...(pooling !== undefined && { pooling }) });
}

async function rowsOf(count: number, compute: () => tf.Tensor): Promise<Float32Array[]> {
  const values = await valuesOf(compute);
  const width = values.length / count;
  return Array.from({ length: count }, (_, i) => values.slice(i * width, (i + 1) * width));
}

const ST = "sentence_transformers.models";

/** The files by which Sentence Transformers makes a vector of a text; dense layers as they were. */
function moduleFiles({ modules, model, maxTokens }: Embedder): ReadonlyMap<string, Uint8Array> {
  const { pooling, steps, prompts, defaultPrompt, dimensions, similarity, lowercases } = modules;
  const { dModel } = model.config as unknown as { readonly dModel: number };
  const isMode = (mode: PoolingMode) => pooling.modes.includes(mode);
  const fields = POOLING_FIELDS.map(([mode, field]) => [field, isMode(mode)] as const);
  const list = [
    { idx: 0, name: "0", path: "", type: `${ST}.Transformer` },
    { idx: 1, name: "1", path: "1_Pooling", type: `${ST}.Pooling` },
    ...steps.map(({ kind }, i) => {
      const type = kind === "dense" ? "Dense" : "Normalize";
      return { idx: i + 2, name: `${i + 2}`, path: `${i + 2}_${type}`, type: `${ST}.${type}` };
    }),
  ];
  const dense = steps.flatMap((step, i) =>
    step.kind === "dense"
      ? Array.from(denseFiles(step), ([file, bytes]) => [`${i + 2}_Dense/${file}`, bytes] as const)
      : [],
  );
  const files: Readonly<Record<string, unknown>> = {
    "modules.json": list,
    "1_Pooling/config.json": {
      word_embedding_dimension: dModel,
      ...Object.fromEntries(fields),
      include_prompt: pooling.includesPrompt,
    },
    "sentence_bert_config.json": {
      ...(Number.isFinite(maxTokens) && { max_seq_length: maxTokens }),
      do_lower_case: lowercases,
    },
    "config_sentence_transformers.json": {
      prompts,
      default_prompt_name: Object.entries(prompts).find(([, prompt]) => prompt === defaultPrompt)?.[0] ?? null,
      similarity_fn_name: similarity,
      ...(dimensions !== undefined && { truncate_dim: dimensions }),
    },
  };
  const encoder = new TextEncoder();
  const configs = Object.entries(files).map(
    ([file, json]) => [file, encoder.encode(`${JSON.stringify(json, undefined, 2)}\n`)] as const,
  );
  return new Map([...configs, ...dense]);
}

const FIELDS: Readonly<Record<PoolingMode, string>> = {
  cls: "pooling_mode_cls_token",
  max: "pooling_mode_max_tokens",
  mean: "pooling_mode_mean_tokens",
  mean_sqrt_len_tokens: "pooling_mode_mean_sqrt_len_tokens",
  weightedmean: "pooling_mode_weightedmean_tokens",
  lasttoken: "pooling_mode_lasttoken",
};

const POOLING_FIELDS = POOLING_MODES.map((mode) => [mode, FIELDS[mode]] as const);
