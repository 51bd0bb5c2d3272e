import { RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { type Call, CallableLayer, type CallSignature } from "./callableLayer.ts";
import { all, ofKeys, ofPairs, ofPlaces, ofQueries } from "./attentionMasks.ts";
import { checkOptions, type Config, configOf, countOf, rateOf, refuse, switchOf } from "./configChecks.ts";
import { firstMask, maskOfOutputs } from "./impliedMask.ts";
import { ProjectedAttention } from "./projectedAttention.ts";
import {
  type LayerConfig,
  PROJECTION_OPTIONS,
  type ProjectionConfig,
  type ProjectionSettings,
  projectionSettings,
} from "./projectionSettings.ts";
import { type Shape, shapesOf, widthOf } from "./shapes.ts";

/** Options of {@link MultiHeadAttention}: Keras's names and defaults. */
export interface MultiHeadAttentionConfig extends LayerConfig, ProjectionConfig {
  /** H */
  readonly numHeads: number;
  /** The width of each head for queries and keys. */
  readonly keyDim: number;
  /** The width of each head for values. Default `keyDim`. */
  readonly valueDim?: number | null;
  /** Dropout rate of the attention weights. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly useBias?: boolean;
  /** The axes of the result in place of E. Default the width of the query. */
  readonly outputShape?: number | readonly number[] | null;
  /** A query attends to keys fewer than this many places away. Default all. */
  readonly slidingWindow?: number | null;
  /** Whether the heads' outputs are multiplied by a sigmoid of the query. Default false. */
  readonly useGate?: boolean;
  /** The seed of dropout. Default random. */
  readonly seed?: number | null;
}

const OPTIONS = [
  ...["numHeads", "keyDim", "valueDim", "dropout", "useBias", "outputShape", "attentionAxes", "slidingWindow"],
  ...["activityRegularizer", "useGate", "seed", ...PROJECTION_OPTIONS],
];

/**
 * Keras's `MultiHeadAttention` ("Attention Is All You Need", section 3.2.2).
 *
 * `apply([query, value])` or `apply([query, value, key])`, and `apply(x)` where x attends to itself; with
 * `{ attentionMask, useCausalMask, returnAttentionScores, valueMask, keyMask }`. Variables: query, key, (gate,) value,
 * attention_output, each a kernel and a bias.
 */
export class MultiHeadAttention extends CallableLayer {
  static readonly className = "MultiHeadAttention";

  /** @internal */
  protected readonly signature: CallSignature = {
    ...{ inputs: ["query", "value", "key"], required: 1, tensors: ["attentionMask", "valueMask", "keyMask"] },
    values: { useCausalMask: "boolean", returnAttentionScores: "boolean" },
    implied: { 1: "valueMask", 2: "keyMask" },
  };

  readonly #options: Options;
  readonly #settings: ProjectionSettings;
  readonly #random: RandomStream;
  #attention: ProjectedAttention | undefined;
  #givesScores = false;

  constructor(config: MultiHeadAttentionConfig) {
    super(configOf(WHO, config));
    this.#options = optionsOf(config as unknown as Config);
    this.#settings = projectionSettings(WHO, config as unknown as Config);
    this.#random = new RandomStream(this.#options.seed ?? Math.floor(Math.random() * 2 ** 32));
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const [query = 0, value = query, key = value] = this.inARow(shapesOf(inputShape)).map((x) => widthOf(WHO, x));
    const sizes = { ...this.#options, output: this.#options.outputShape ?? [query] };
    this.#attention = new ProjectedAttention(this.addVariable, "", sizes, { query, value, key }, this.#settings);
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [query = [], value = query] = this.inARow(shapesOf(inputShape));
    const { numHeads, outputShape } = this.#options;
    const output = [...query.slice(0, -1), ...(outputShape ?? query.slice(-1))];
    if (this.valueInGraph("returnAttentionScores") !== true) return output;
    return [output, [query[0] ?? null, numHeads, query[1] ?? null, value[1] ?? null]];
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return maskOfOutputs(firstMask(inputs, mask), this.#givesScores);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#options, ...this.#settings.config };
  }

  /** @internal */
  protected compute(call: Call): tf.Tensor | tf.Tensor[] {
    const [query, value = query, key = value] = call.inputs;
    const { useCausalMask, returnAttentionScores } = call.values;
    if (!query || !value || !key || !this.#attention)
      throw new Error(`${WHO}: expected to be built, got a call before`);
    const { output, scores } = this.#attention.attend(query, value, key, {
      mask: this.#maskOf(call, query, value, key),
      causal: useCausalMask === true,
      returnScores: returnAttentionScores === true,
      random: call.training ? this.#random : undefined,
    });
    this.#givesScores = scores !== undefined;
    return scores === undefined ? output : [output, scores];
  }

  #maskOf(
    { tensors, carried, inputs }: Call,
    query: tf.Tensor,
    value: tf.Tensor,
    key: tf.Tensor,
  ): tf.Tensor | undefined {
    const { numHeads, slidingWindow: window } = this.#options;
    const [[batch = 0, queries = 0], [, keys = 0]] = [query.shape, value.shape];
    const { attentionMask, valueMask = carried(1), keyMask = carried(2) } = tensors;
    const ofQuery = carried(0);
    const ofValue = inputs.length === 1 ? ofQuery : valueMask;
    if (key.shape[1] !== keys)
      throw new RangeError(`${WHO}: expected as many keys as values, got [${key.shape}] and [${value.shape}]`);
    return all([
      ofQuery && ofQueries(WHO, "the mask of the query", ofQuery, [batch, queries]),
      ofValue && ofKeys(WHO, "valueMask", ofValue, [batch, keys]),
      keyMask && ofKeys(WHO, "keyMask", keyMask, [batch, keys]),
      window == null ? undefined : ofPlaces(queries, keys, { causal: false, window }),
      attentionMask && ofPairs(WHO, attentionMask, [batch, numHeads, queries, keys], { anyRank: true }),
    ]);
  }
}

const WHO = MultiHeadAttention.className;

interface Options {
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly dropout: number;
  readonly useBias: boolean;
  readonly outputShape: number[] | null;
  readonly slidingWindow: number | null;
  readonly useGate: boolean;
  readonly seed: number | null;
}

function optionsOf(config: Config): Options {
  checkOptions(WHO, config, OPTIONS);
  refuse(WHO, config, "attentionAxes", [[1], 1, -2, [-2]]);
  refuse(WHO, config, "activityRegularizer");
  const keyDim = countOf(WHO, config, "keyDim");
  const { outputShape, slidingWindow, seed } = config;
  if (seed != null && !(Number.isSafeInteger(seed) && (seed as number) >= 0)) {
    throw new RangeError(`${WHO}: expected seed to be an integer from 0, got ${String(seed)}`);
  }
  return {
    numHeads: countOf(WHO, config, "numHeads"),
    keyDim,
    valueDim: countOf(WHO, config, "valueDim", keyDim),
    dropout: rateOf(WHO, config, "dropout"),
    useBias: switchOf(WHO, config, "useBias", true),
    outputShape:
      outputShape == null
        ? null
        : [outputShape].flat().map((size) => countOf(WHO, { outputShape: size }, "outputShape")),
    slidingWindow: slidingWindow == null ? null : countOf(WHO, config, "slidingWindow"),
    useGate: switchOf(WHO, config, "useGate", false),
    seed: (seed as number | null | undefined) ?? null,
  };
}

tf.serialization.registerClass(MultiHeadAttention);
