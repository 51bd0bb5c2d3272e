import { embedding } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { layers, LayerVariable } from "@tensorflow/tfjs-layers";
import { type Call, CallableLayer, type CallSignature } from "./callableLayer.ts";
import { checkOptions, type Config, configOf, countOf, refuse, switchOf } from "./configChecks.ts";
import { embeddingSetting, type LayerConfig } from "./projectionSettings.ts";
import { type Shape, shapesOf } from "./shapes.ts";

/** Options of {@link TokenAndPositionEmbedding}: KerasHub's names and defaults. */
export interface TokenAndPositionEmbeddingConfig
  extends LayerConfig, Pick<Parameters<typeof layers.embedding>[0], "embeddingsInitializer"> {
  /** V */
  readonly vocabularySize: number;
  /** The longest sequence. */
  readonly sequenceLength: number;
  /** E */
  readonly embeddingDim: number;
  /** Whether id 0 is padding, masked in later layers. Default false. */
  readonly maskZero?: boolean;
}

interface Options {
  readonly vocabularySize: number;
  readonly sequenceLength: number;
  readonly embeddingDim: number;
  readonly maskZero: boolean;
}

/**
 * KerasHub's `TokenAndPositionEmbedding`: a learned vector for each token, plus one for its place.
 *
 * `apply(ids)`, [B, L] -> [B, L, E], with `{ startIndex, positions }`. Variables: token_embedding/embeddings [V, E],
 * position_embedding/embeddings [sequenceLength, E].
 */
export class TokenAndPositionEmbedding extends CallableLayer {
  static readonly className = "TokenAndPositionEmbedding";

  /** @internal */
  protected readonly signature: CallSignature = {
    ...{ inputs: ["inputs"], required: 1, tensors: ["positions"], values: { startIndex: "integer" }, implied: {} },
  };

  readonly #options: Options;
  readonly #embeddings: ReturnType<typeof embeddingSetting>;
  #tables: { readonly tokens: LayerVariable; readonly positions: LayerVariable } | undefined;

  constructor(config: TokenAndPositionEmbeddingConfig) {
    super(configOf(WHO, config));
    this.#options = optionsOf(config as unknown as Config);
    this.#embeddings = embeddingSetting(WHO, config.embeddingsInitializer ?? "randomUniform");
    this.supportsMasking = this.#options.maskZero;
  }

  override build(): void {
    const { vocabularySize, sequenceLength, embeddingDim } = this.#options;
    const table = (name: string, rows: number) =>
      this.addVariable(`${name}/embeddings`, [rows, embeddingDim], this.#embeddings.setting);
    const tokens = table("token_embedding", vocabularySize);
    this.#tables = { tokens, positions: table("position_embedding", sequenceLength) };
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [ids = []] = shapesOf(inputShape);
    return [...ids, this.#options.embeddingDim];
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [ids] = [inputs].flat();
    const mask = this.#options.maskZero && ids !== undefined ? tf.notEqual(ids, 0) : null;
    return mask as tf.Tensor; // TensorFlow.js's types lack null
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      ...this.#options,
      ...{ tieWeights: true, embeddingsInitializer: this.#embeddings.config },
    };
  }

  /** @internal */
  protected compute({ inputs: [ids], tensors: { positions }, values: { startIndex = 0 } }: Call): tf.Tensor {
    if (!ids || !this.#tables) throw new Error(`${WHO}: expected to be built, got a call before`);
    if (ids.rank !== 2) throw new RangeError(`${WHO}: expected ids [B, L], got [${ids.shape}]`);
    const tokens = embedding(this.#tables.tokens.read(), tf.cast(ids, "int32"));
    const [, length = 0] = ids.shape;
    return tf.add(
      tokens,
      positions === undefined ? this.#from(Number(startIndex), length) : this.#at(positions, ids.shape),
    );
  }

  /** [L, E] */
  #from(start: number, length: number): tf.Tensor {
    const { sequenceLength, embeddingDim } = this.#options;
    if (start < 0 || start + length > sequenceLength) {
      throw new RangeError(
        `${WHO}: expected positions below sequenceLength ${sequenceLength}, got ${start} to ${start + length - 1}`,
      );
    }
    const table = this.#tables?.positions.read() as tf.Tensor2D;
    return tf.slice(table, [start, 0], [length, embeddingDim]);
  }

  /** [L] or [B, L] -> [1 or B, L, E] */
  #at(positions: tf.Tensor, [batch = 0, length = 0]: number[]): tf.Tensor {
    const { shape } = positions;
    const fits =
      shape.at(-1) === length && (shape.length === 1 || (shape.length === 2 && [1, batch].includes(shape[0] ?? 0)));
    if (!fits) throw new RangeError(`${WHO}: expected positions [${length}] or [${batch},${length}], got [${shape}]`);
    const rows = tf.reshape(tf.cast(positions, "int32"), [shape.length === 1 ? 1 : (shape[0] ?? 1), length]);
    return embedding(this.#tables?.positions.read() as tf.Tensor, rows);
  }
}

const WHO = TokenAndPositionEmbedding.className;

function optionsOf(config: Config): Options {
  const known = ["vocabularySize", "sequenceLength", "embeddingDim", "tieWeights", "embeddingsInitializer", "maskZero"];
  checkOptions(WHO, config, known, ["float32", "int32"]);
  refuse(WHO, config, "tieWeights", [true]); // untied, there is a second table, for a projection that this layer lacks
  return {
    vocabularySize: countOf(WHO, config, "vocabularySize"),
    sequenceLength: countOf(WHO, config, "sequenceLength"),
    embeddingDim: countOf(WHO, config, "embeddingDim"),
    maskZero: switchOf(WHO, config, "maskZero", false),
  };
}

tf.serialization.registerClass(TokenAndPositionEmbedding);
