import type { CacheSize, KeyValueCache } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { CausalModel, DecodeOptions } from "../causalModel.ts";
import type { GenerationDefaults, Memory, TargetOptions } from "../seq2seq.ts";

/** The decoder of an encoder-decoder. */
export interface MemoryDecoder {
  readonly generation: GenerationDefaults;
  /** Creates an empty cache for `decode`. */
  createCache(size?: CacheSize): KeyValueCache;
  /** Scores the next tokens of a batch of targets, as `Seq2SeqModel` does. */
  decode(ids: tf.Tensor2D, memory: Memory, options?: TargetOptions): { logits: tf.Tensor3D };
}

/**
 * Makes a decoder-only model of a decoder and what its encoder has read of one source, so that `generate` goes on with a prompt of
 * several tokens: every row of a batch attends to the same memory.
 *
 * @param memory of one source, which stays the caller's
 */
export function withMemory(model: MemoryDecoder, memory: Memory): CausalModel {
  for (const [name, value] of Object.entries({ model, memory, generation: model?.generation })) {
    checkRecord("withMemory", name, value);
  }
  const { eosTokenId, maxPositions, vocabSize } = model.generation;
  return {
    generation: {
      eosTokenId: typeof eosTokenId === "number" ? [eosTokenId] : eosTokenId,
      ...(maxPositions !== undefined && { maxPositions }),
      ...(vocabSize !== undefined && { vocabSize }),
    },
    createCache: (size) => model.createCache(size),
    decode: (ids, { cache, random, taps }: DecodeOptions = {}) =>
      tidy(() => {
        const passed = { ...(cache && { cache }), ...(random && { random }), ...(taps && { taps }) };
        const { logits } = model.decode(ids, repeated(memory, ids.shape[0]), passed);
        const [batch, length, vocabulary] = logits.shape;
        return { logits: tf.slice(logits, [0, length - 1, 0], [batch, 1, vocabulary]) };
      }),
  };
}

function repeated({ keyValues, mask }: Memory, rows: number): Memory {
  if (rows === 1) return { keyValues, ...(mask && { mask }) };
  const all = <T extends tf.Tensor>(x: T): T => tf.tile(x, [rows, ...x.shape.slice(1).map(() => 1)]) as T;
  return {
    keyValues: keyValues.map(({ keys, values, ...rest }) => ({ ...rest, keys: all(keys), values: all(values) })),
    ...(mask && { mask: all(mask) }),
  };
}
