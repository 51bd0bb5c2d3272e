import { type LayerNorm, type Linear, Recorder, type RMSNorm, tidy } from "@qkv/nn";
import { denseOf } from "@qkv/ops";
import type { Block, ResidualBranch } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { type Anatomy, anatomyOf, checkText, type MicroscopeModel, runCopies, type Side } from "../model/anatomy.ts";
import { type Answer, checkAnswer, positionOf } from "../model/answer.ts";
import type { MicroscopeInputs } from "../model/inputs.ts";
import { readAndDispose } from "../model/progress.ts";
import { dot, type FrozenNorm, frozenNorm } from "./frozenNorm.ts";

/** What the parts of a layer add to the answer. */
export interface LayerAttribution {
  /** [H], the heads of the self-attention. */
  readonly heads: Float32Array;
  /** [H], the heads of the attention to a memory. Absent without one. */
  readonly crossHeads?: Float32Array;
  /** The feed-forward, with its bias. */
  readonly feedForward: number;
  /** [F], the neurons of the feed-forward: with its bias they are `feedForward`. Absent of a mixture of experts. */
  readonly neurons?: Float32Array;
  /** The biases of the attention's output layers and of the layer's norms. */
  readonly bias: number;
}

/** What each part of a model adds to the answer. */
export interface LogitAttribution {
  /** The answer itself, before a soft cap of the logits: the sum of all parts. */
  readonly total: number;
  /** The vector that the text enters the first layer as. */
  readonly embeddings: number;
  /** Of `embeddings`, the part of the token, and that of its position. Absent where a norm lies between. */
  readonly tokenEmbedding?: number;
  readonly positionEmbedding?: number;
  readonly layers: readonly LayerAttribution[];
  /** The bias of the last norm and of the output layer. */
  readonly bias: number;
}

/** The output layer's parts of a model whose logits are a linear map of its last norm's output. */
interface OutputLayer {
  readonly embedding?: { readonly weight: Linear["weight"] };
  readonly lmHead?: Linear;
  readonly logitBias?: tf.Tensor;
  readonly finalLogitsBias?: tf.Tensor;
  readonly transform?: object;
  readonly decoder?: { readonly embedding?: { readonly weight: Linear["weight"] } };
  readonly spec?: { readonly logitScale?: number | undefined; readonly outputScale?: number | undefined };
}

/**
 * Direct logit attribution: what each head, each neuron, each feed-forward and the embeddings add to the logit of a token, or to
 * its difference to another's, by the direct path through the residual stream. The statistics of norms on the path are taken as
 * constants ("A Mathematical Framework for Transformer Circuits", 2021), so the parts sum to the whole. Of an encoder-decoder,
 * the decoder's.
 *
 * @throws RangeError for a model whose output layer is no linear map, such as a masked language model's
 */
export async function logitAttribution(
  model: MicroscopeModel,
  inputs: MicroscopeInputs,
  answer: Answer,
): Promise<LogitAttribution> {
  const who = "logitAttribution";
  const anatomy = anatomyOf(who, model);
  checkText(who, "inputs", anatomy, inputs);
  const head = model as unknown as OutputLayer;
  if (anatomy.logitsOf === undefined || head.transform !== undefined) {
    throw new RangeError(
      `${who}: expected a model whose output layer is a linear map of its last hidden states, got ${anatomy.className}`,
    );
  }
  checkAnswer(who, anatomy, inputs, answer);
  const position = positionOf(answer, (inputs.decoderIds ?? inputs.ids).length);
  const state = await stateAt(model, anatomy, inputs, position);
  const { last } = anatomy;
  const final = state.vector(`${last.prefix}layers.${last.layers.length - 1}`);
  const output = await outputDirection(head, answer);
  let direction: Float64Array = output.direction;
  let bias = output.bias;
  if (last.norm !== undefined) {
    const norm = await frozenNorm(last.norm, final);
    bias += dot(norm.bias ?? [], direction);
    direction = norm.pullBack(direction);
  }
  const layers: LayerAttribution[] = [];
  for (const [i, block] of [...last.layers.entries()].reverse()) {
    const layer = await layerAttribution(block, state, last, i, direction);
    layers.unshift(layer.attribution);
    ({ direction } = layer);
  }
  const embeddings = dot(state.vector(`${last.prefix}embeddings`), direction);
  const token = dot(state.vector(`${last.prefix}tokenEmbeddings`), direction);
  const hasNorm = state.isNormed;
  const sum = layers.reduce((all, each) => all + partsOf(each), embeddings + bias);
  return {
    total: sum,
    embeddings,
    ...(!hasNorm && { tokenEmbedding: token, positionEmbedding: embeddings - token }),
    layers,
    bias,
  };
}

function partsOf({ heads, crossHeads, feedForward, bias }: LayerAttribution): number {
  const sum = (values: Float32Array) => values.reduce((all, x) => all + x, 0);
  return sum(heads) + (crossHeads === undefined ? 0 : sum(crossHeads)) + feedForward + bias;
}

/** The activations of a pass at one position. */
interface State {
  /** [E] or [F] of a stream, or [H * D] of heads. */
  vector(path: string): Float64Array;
  has(path: string): boolean;
  readonly isNormed: boolean;
}

async function stateAt(
  model: MicroscopeModel,
  { last }: Anatomy,
  inputs: MicroscopeInputs,
  position: number,
): Promise<State> {
  const { prefix } = last;
  const inLayer = [
    "",
    ".selfAttn",
    ".selfAttn.heads",
    ".selfAttnResidual",
    ".crossAttn",
    ".crossAttn.heads",
    ".crossAttnResidual",
    ".ffn",
    ".ffn.hidden",
  ];
  const wanted = new Set([
    ...[`${prefix}embeddings`, `${prefix}tokenEmbeddings`],
    ...last.layers.flatMap((_, i) => inLayer.map((name) => `${prefix}layers.${i}${name}`)),
  ]);
  const paths = model.activations.filter((path) => wanted.has(path));
  using seen = new Recorder(paths);
  runCopies(model, inputs, 1, seen).dispose();
  const vectors = new Map<string, Float64Array>();
  for (const path of paths) {
    const row = tf.tidy(() => {
      const value = seen.get(path);
      if (value.rank === 3) return tf.reshape(tf.slice(value, [0, position, 0], [1, 1, -1]), [-1]);
      return tf.reshape(tf.slice(value, [0, 0, position, 0], [1, -1, 1, -1]), [-1]); // heads [1, H, L, D]
    });
    vectors.set(path, Float64Array.from(await readAndDispose(row)));
  }
  const owner = (prefix === "" ? model : (model as unknown as Record<string, object>)[prefix.slice(0, -1)]) as {
    readonly embeddingNorm?: object;
  };
  return {
    vector(path) {
      const found = vectors.get(path);
      if (found === undefined)
        throw new RangeError(`logitAttribution: expected the activation ${path}, which the model does not have`);
      return found;
    },
    has: (path) => vectors.has(path),
    isNormed: owner.embeddingNorm !== undefined || !vectors.has(`${prefix}tokenEmbeddings`),
  };
}

/** The direction [E] after the last norm whose product is the answer, but for a bias. */
async function outputDirection(
  head: OutputLayer,
  { token, against }: Answer,
): Promise<{ direction: Float64Array; bias: number }> {
  const weight = head.lmHead?.weight ?? head.decoder?.embedding?.weight ?? head.embedding?.weight;
  if (weight === undefined) throw new RangeError("logitAttribution: expected a model with an output layer, got none");
  const { logitScale = 1, outputScale = 1 } = head.spec ?? {};
  const bias = head.logitBias ?? head.finalLogitsBias;
  const { rows, biases } = tidy(() => {
    const ids = tf.tensor1d([token, against ?? token], "int32");
    const table = denseOf(weight);
    return {
      rows: tf.gather(table, ids),
      biases: bias === undefined ? tf.zeros([2]) : tf.gather(tf.reshape(bias, [-1]), ids),
    };
  });
  const [values, offsets] = [await readAndDispose(rows), await readAndDispose(biases)];
  const width = values.length / 2;
  const less = against === undefined ? 0 : 1;
  const factor = logitScale * outputScale;
  const direction = Float64Array.from(
    { length: width },
    (_, i) => factor * ((values[i] ?? 0) - less * (values[width + i] ?? 0)),
  );
  return { direction, bias: logitScale * ((offsets[0] ?? 0) - less * (offsets[1] ?? 0)) };
}

/** What the parts of a block add, and the direction of its input. */
async function layerAttribution(
  block: Block,
  state: State,
  { prefix }: Side,
  layer: number,
  direction: Float64Array,
): Promise<{ attribution: LayerAttribution; direction: Float64Array }> {
  const at = `${prefix}layers.${layer}`;
  const input = state.vector(layer === 0 ? `${prefix}embeddings` : `${prefix}layers.${layer - 1}`);
  const beforeFfn = state.vector(block.crossAttn === undefined ? `${at}.selfAttnResidual` : `${at}.crossAttnResidual`);
  // Side by side, the feed-forward reads the block's input; its output joins the stream last all the same.
  const ffn = await branchOf(block, "ffn", state, at, beforeFfn, direction);
  const down = "downProj" in block.ffn ? block.ffn.downProj : "fc2" in block.ffn ? block.ffn.fc2 : undefined;
  const hidden = state.has(`${at}.ffn.hidden`) ? state.vector(`${at}.ffn.hidden`) : undefined;
  const neurons = down && hidden && times(await pulledThrough(down, ffn.direction), hidden);
  const cross =
    block.crossAttn &&
    (await branchOf(block, "crossAttn", state, at, state.vector(`${at}.selfAttnResidual`), ffn.rest));
  const self = await branchOf(block, "selfAttn", state, at, input, cross?.rest ?? ffn.rest);
  const selfHeads = await headsOf(block.selfAttn, state.vector(`${at}.selfAttn.heads`), self.direction);
  const crossHeads =
    cross &&
    block.crossAttn &&
    (await headsOf(block.crossAttn, state.vector(`${at}.crossAttn.heads`), cross.direction));
  return {
    attribution: {
      heads: selfHeads.heads,
      ...(crossHeads && { crossHeads: crossHeads.heads }),
      feedForward: dot(state.vector(`${at}.ffn`), ffn.direction),
      ...(neurons && { neurons }),
      bias: ffn.bias + self.bias + (cross?.bias ?? 0) + selfHeads.bias + (crossHeads?.bias ?? 0),
    },
    direction: self.rest,
  };
}

/**
 * Goes back through the residual sum of a sublayer.
 *
 * @param before [E], the stream that the sublayer's output is added to
 * @param direction of the sum, after its norm if it has one
 * @returns the directions of the sublayer's output and of `before`, and what biases of norms add
 */
async function branchOf(
  block: Block,
  name: "selfAttn" | "crossAttn" | "ffn",
  state: State,
  at: string,
  before: Float64Array,
  direction: Float64Array,
): Promise<{ direction: Float64Array; rest: Float64Array; bias: number }> {
  const { placement } = block.spec.norm;
  const branch = block[`${name}Branch`] as ResidualBranch;
  const scales = branch.scale && (await branch.scale.weight.data());
  const factor = block.spec.branchScale ?? 1;
  const scaled = (x: Float64Array) => x.map((value, i) => value * factor * (scales?.[i] ?? 1));
  const output = state.vector(`${at}.${name}`);
  let bias = 0;
  const back = (norm: FrozenNorm, through: Float64Array) => {
    bias += dot(norm.bias ?? [], through);
    return norm.pullBack(through);
  };
  let rest: Float64Array = direction;
  if (placement === "post") {
    const added = scaled(output);
    rest = back(
      await frozenNorm(
        normOf(block, `${name}Norm`),
        before.map((x, i) => x + (added[i] ?? 0)),
      ),
      direction,
    );
  }
  let inner: Float64Array = scaled(rest);
  if (placement === "both") inner = back(await frozenNorm(normOf(block, `${name}PostNorm`), output), inner);
  if (placement === "branch") inner = back(await frozenNorm(normOf(block, `${name}Norm`), output), inner);
  return { direction: inner, rest, bias };
}

function normOf(block: Block, name: `${"selfAttn" | "crossAttn" | "ffn"}${"Norm" | "PostNorm"}`): LayerNorm | RMSNorm {
  return block[name] as LayerNorm | RMSNorm;
}

/** What each head adds, and the bias of the output layer. */
async function headsOf(
  { outProj, numHeads }: Block["selfAttn"],
  heads: Float64Array,
  direction: Float64Array,
): Promise<{ heads: Float32Array; bias: number }> {
  const each = times(await pulledThrough(outProj, direction), heads);
  const width = heads.length / numHeads;
  const sums = Float32Array.from({ length: numHeads }, (_, head) =>
    each.subarray(head * width, (head + 1) * width).reduce((sum, x) => sum + x, 0),
  );
  return { heads: sums, bias: outProj.bias === undefined ? 0 : dot(await outProj.bias.data(), direction) };
}

/** The direction of a linear map's input. */
async function pulledThrough({ weight }: Linear, direction: Float64Array): Promise<Float32Array> {
  const row = tf.tidy(() =>
    tf.reshape(tf.matMul(tf.tensor2d(Float32Array.from(direction), [1, direction.length]), denseOf(weight)), [-1]),
  );
  return readAndDispose(row);
}

function times(a: Float32Array, b: Float64Array): Float32Array {
  return a.map((x, i) => x * (b[i] ?? 0));
}
