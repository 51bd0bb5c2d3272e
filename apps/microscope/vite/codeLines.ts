// The lines of code that make what the page shows, cut from the packages' sources when the page is built.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import type { CodeLine } from "../src/flow/codeLine.ts";

const PACKAGES = fileURLToPath(new URL("../../../packages/", import.meta.url));

const ATTENTION = "attention/src/multiHead/multiHeadAttention.ts";
const STAGES = "attention/src/scaledDotProduct/stages.ts";
const BLOCK = "transformer/src/block/block.ts";
const STACK = "transformer/src/block/stack.ts";
const FEED_FORWARD = "transformer/src/block/feedForward.ts";
const GATED = "transformer/src/block/gatedFeedForward.ts";
const PACKED = "transformer/src/block/packedGatedFeedForward.ts";
const EXPERTS = "transformer/src/block/mixtureOfExperts.ts";
const DECODER = "transformer/src/models/causal/decoder.ts";
const SIDE = "transformer/src/models/seq2seq/side.ts";
const EMBEDDINGS = "transformer/src/models/encoder/textEmbeddings.ts";
const MASKED = "transformer/src/models/encoder/maskedLanguageModel.ts";

/** By stage, as `stageKey` calls it: the file, and what the line has that no other line of it has. */
const PLACES: Readonly<Record<string, readonly [file: string, part: string]>> = {
  projectedQueries: [ATTENTION, 'this.#tapHeads("projectedQueries"'],
  projectedKeys: [ATTENTION, 'this.#tapHeads("projectedKeys"'],
  queries: [ATTENTION, 'pass.tap("queries"'],
  keys: [ATTENTION, 'pass.tap("keys"'],
  values: [ATTENTION, 'pass.tap("values"'],
  scores: ["attention/src/scores/scores.ts", "tf.matMul(queries, keys, false, true)"],
  maskedScores: [STAGES, 'pass.tap("maskedScores"'],
  probabilities: [STAGES, "? softmaxOfVisible("],
  heads: [ATTENTION, "return tf.matMul(attentionStages("],
  attended: [ATTENTION, "pass.output(this.outProj"],
  norm: [BLOCK, "pass.tap(`${name}${suffix}`"],
  residual: [BLOCK, "const sum = tf.add(x, branch"],
  "parallel.norm": [BLOCK, 'pass.tap("selfAttnNorm"'],
  "parallel.residual": [BLOCK, 'pass.tap("selfAttnResidual", tf.add('],
  "parallel.output": [BLOCK, "pass.output(tf.add(y"],
  layer: [STACK, "y = layer.forward(y"],
  lastNorm: [STACK, 'pass.tap("norm"'],
  "mlp.preActivation": [FEED_FORWARD, 'pass.tap("preActivation"'],
  "mlp.hidden": [FEED_FORWARD, "return activate("],
  "mlp.output": [FEED_FORWARD, "pass.output("],
  "gated.preActivation": [GATED, 'pass.tap("preActivation"'],
  "gated.up": [GATED, 'pass.tap("up"'],
  "gated.hidden": [GATED, 'pass.tap("hidden"'],
  "gated.output": [GATED, "pass.output("],
  "packed.preActivation": [PACKED, 'pass.tap("preActivation"'],
  "packed.up": [PACKED, 'pass.tap("up"'],
  "packed.hidden": [PACKED, 'pass.tap("hidden"'],
  "packed.output": [PACKED, "pass.output("],
  "experts.router": [EXPERTS, 'pass.tap("router"'],
  "experts.output": [EXPERTS, "pass.output("],
  "decoder.tokenEmbeddings": [DECODER, "const embedded = this.embedding.forward("],
  "decoder.positionEmbeddings": [DECODER, 'pass.tap("positionEmbeddings"'],
  "decoder.embeddings": [DECODER, 'pass.tap("embeddings"'],
  "decoder.logits": ["transformer/src/models/causal/model.ts", "const logits = isPlain"],
  "encoderDecoder.tokenEmbeddings": [SIDE, "const tokens = this.embedding.forward("],
  "encoderDecoder.positionEmbeddings": [SIDE, 'pass.tap("positionEmbeddings"'],
  "encoderDecoder.embeddings": [SIDE, 'pass.tap("embeddings"'],
  "encoderDecoder.logits": ["transformer/src/models/seq2seq/model.ts", "const logits = head ?"],
  "encoder.tokenEmbeddings": [EMBEDDINGS, 'pass.tap("tokenEmbeddings"'],
  "encoder.positionEmbeddings": [EMBEDDINGS, 'pass.tap("positionEmbeddings"'],
  "encoder.embeddings": [EMBEDDINGS, 'pass.tap("embeddings"'],
  "encoder.logits": [MASKED, "const logits = this.decoder"],
  transform: [MASKED, 'pass.tap("transform"'],
};

/** Each line with its place. @throws Error if the sources have another line, or several, of a kind */
export function readCodeLines(): Record<string, CodeLine> {
  return Object.fromEntries(Object.entries(PLACES).map(([key, [file, part]]) => [key, lineOf(file, part)]));
}

function lineOf(file: string, part: string): CodeLine {
  const lines = readFileSync(`${PACKAGES}${file}`, "utf8").split("\n");
  const found = lines.flatMap((line, i) =>
    line.includes(part) ? [{ file, line: i + 1, code: line.trim().replace(/^[?:] /, "") }] : [],
  );
  const [only, more] = found;
  if (only === undefined || more !== undefined) {
    throw new Error(`packages/${file}: expected one line with ${part}, got ${found.length}`);
  }
  return only;
}

/** Imports of `virtual:code-lines` give the lines as data. */
export function codeLines(): Plugin {
  const id = "virtual:code-lines";
  return {
    name: "qkv:code-lines",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => (source === `\0${id}` ? `export default ${JSON.stringify(readCodeLines())};` : undefined),
  };
}
