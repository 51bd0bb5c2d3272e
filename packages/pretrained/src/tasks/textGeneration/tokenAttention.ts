import type { KeyValueCache } from "@qkv/attention";
import { Recorder } from "@qkv/nn";
import { checkRecord, describeArgument } from "@qkv/ops";
import type { CausalModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

/** Attention of every head of a decoder-only model from one token: [layers, H, 1, K] in plain numbers, layer by layer. */
export interface TokenAttention {
  readonly shape: readonly [layers: number, heads: number, queries: 1, keys: number];
  /** The weights: each row sums to 1. The last key is the token itself; where a window ends, the first are left out. */
  readonly weights: Float32Array;
}

/** Input of {@link tokenAttention}: an opened model, and a text that ends with the token. */
export interface TokenSubject {
  readonly model: CausalModel;
  /** Token ids, those before the token included. */
  readonly ids: readonly number[];
  /**
   * A cache that this model filled: of `ids` only the tokens that it has not read are read, and it holds them afterwards.
   * Default one for this call.
   */
  readonly cache?: KeyValueCache | undefined;
}

/**
 * Computes where each head of each layer looked from the last token of a text, which is where it looked for what comes next.
 * Memory holds the weights of one token, not those of the text.
 *
 * @throws RangeError if there is no token
 */
export async function tokenAttention(subject: TokenSubject): Promise<TokenAttention> {
  checkRecord("tokenAttention", "subject", subject);
  const { model, ids } = subject;
  if (typeof model?.createCache !== "function") {
    throw new RangeError(`tokenAttention: expected a decoder-only model, got ${describeArgument(model)}`);
  }
  if (!Array.isArray(ids) || ids.length === 0) {
    throw new RangeError(`tokenAttention: expected at least one token id, got ${describeArgument(ids)}`);
  }
  const cache = subject.cache ?? model.createCache();
  try {
    const before = ids.slice(0, -1);
    const read = cache.truncate(commonLength(cache.ids[0] ?? [], before));
    if (read < before.length) step(model, cache, before.slice(read));
    using seen = new Recorder([PROBABILITIES]);
    step(model, cache, ids.slice(-1), seen);
    return await weightsOf(seen);
  } finally {
    if (subject.cache === undefined) cache.dispose();
  }
}

const PROBABILITIES = "layers.*.selfAttn.probabilities";

function step(model: CausalModel, cache: KeyValueCache, ids: readonly number[], taps?: Recorder): void {
  tf.tidy(() => {
    cache.step(
      () => void model.decode(tf.tensor2d([[...ids]], undefined, "int32"), { cache, ...(taps && { taps }) }),
      [ids],
    );
  });
}

async function weightsOf(seen: Recorder): Promise<TokenAttention> {
  const layers = seen.paths.map((path) => seen.get<tf.Tensor4D>(path));
  const [, heads = 0, , keys = 0] = layers[0]?.shape ?? [];
  const weights = new Float32Array(layers.length * heads * keys);
  for (const [layer, of] of layers.entries()) weights.set(await of.data(), layer * heads * keys);
  return { shape: [layers.length, heads, 1, keys], weights };
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  const differs = b.findIndex((id, i) => id !== a[i]);
  return differs === -1 ? b.length : differs;
}
