import type { KeyValue, KeyValueCache } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import {
  type DecodedTokens,
  type DecoderChoice,
  type DecoderStep,
  type LayerKeyValues,
  maxTensorBytes,
  moveCachedRows,
  recordDecoder,
  type RecordedDecoder,
  recordsDecoders,
} from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Memory } from "../models/seq2seq.ts";
import type { GenerativeModel } from "./options.ts";

/** What a {@link RecordedDecoding} begins with. */
export interface RecordedStart {
  readonly model: GenerativeModel;
  /** Of a decoder's layers, whose positions are copied: read between steps. */
  readonly cache: KeyValueCache;
  readonly memory: Memory | undefined;
  readonly choice: DecoderChoice;
  /** The most tokens that a text may have. */
  readonly maxLength: number;
}

/** Room for so many positions is made at once, or for twice as many as there are. */
const POSITIONS = 256;

const MOST_POSITIONS_OF_BEAMS = 1024;

/**
 * Texts that a device goes on with by itself, one recorded step a token, and the owner of the buffers for their keys and values, which
 * steps write in place.
 */
export class RecordedDecoding {
  readonly #start: RecordedStart;
  #recorded: RecordedDecoder;
  /** Buffers, [B, G, C, D] each, and the table of computed positions. */
  #tensors: Omit<Recording, "recorded">;
  /** C */
  #capacity: number;

  /** Records a decoder's step; or says why its model has to be run module by module. */
  static start(start: RecordedStart): RecordedDecoding | string {
    const { cache, choice, maxLength } = start;
    if (!recordsDecoders()) return "the backend records no decoders";
    const past: KeyValue[] = [];
    for (let layer = 0, found; (found = cache.past(layer)) !== undefined; layer++) past.push(found);
    if (past.length === 0) return "nothing was read yet";
    if (past.some(({ length, format }) => length !== undefined && format === undefined)) return "the cache is in place";
    const before = past.map(({ dropped = 0 }) => dropped);
    const isSearch = choice.candidates > 0; // whose rows cannot be moved to larger buffers
    if (isSearch && maxLength > MOST_POSITIONS_OF_BEAMS)
      return "beams may become longer than there is room for at once";
    const capacity = isSearch ? maxLength : Math.min(Math.max(POSITIONS, 2 * cache.length), maxLength);
    const recorded = record(start, past, before, capacity);
    return typeof recorded === "string" ? recorded : new RecordedDecoding(start, recorded, capacity);
  }

  private constructor(start: RecordedStart, { recorded, ...tensors }: Recording, capacity: number) {
    this.#start = start;
    this.#recorded = recorded;
    this.#tensors = tensors;
    this.#capacity = capacity;
  }

  /** Number of positions that there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Makes room for more positions, twice as many as there are. The tokens of the next step have to be told. */
  grow(): void {
    const { maxLength } = this.#start;
    const capacity = Math.min(2 * this.#capacity, maxLength);
    const { keyValues } = this.#tensors;
    const recorded = record(
      this.#start,
      keyValues as readonly KeyValue[],
      keyValues.map(() => 0),
      capacity,
    );
    if (typeof recorded === "string")
      throw new Error(`generate: expected a longer step to be recorded, got: ${recorded}`);
    this.dispose();
    this.#recorded = recorded.recorded;
    this.#tensors = recorded;
    this.#capacity = capacity;
  }

  /** Reads a token of each row. What was chosen arrives later; the next step may be given before. */
  step(step: DecoderStep): Promise<DecodedTokens> {
    if (!this.#recorded.isCurrent() || !this.#tensors.isCurrent()) {
      throw new RangeError(
        "generate: expected weights that stay as they are meanwhile, got some that were changed or disposed of",
      );
    }
    return this.#recorded.step(step);
  }

  /** Gives the cache that it began with what was read since. @param ids the tokens of each row, those before too */
  writeBack(ids: readonly (readonly number[])[]): void {
    const { cache } = this.#start;
    const [before, length] = [cache.length, ids[0]?.length ?? 0];
    if (length <= before) return;
    const news = ids.map((row) => row.slice(before));
    cache.step(() => {
      for (const [layer, { keys, values }] of this.#tensors.keyValues.entries()) {
        const { dropped = 0, format } = cache.past(layer) ?? {};
        if (format !== undefined) {
          const copy = (x: tf.Tensor) => moveCachedRows(x as tf.Tensor4D, length, length);
          cache.replace(layer, { keys: copy(keys), values: copy(values), length, format });
          continue;
        }
        const part = (x: tf.Tensor) => {
          const [batch = 0, heads = 0, , width = 0] = x.shape;
          return tf.slice(x, [0, 0, dropped, 0], [batch, heads, length - dropped, width]) as tf.Tensor4D;
        };
        cache.replace(layer, { keys: part(keys), values: part(values) });
      }
    }, news);
  }

  dispose(): void {
    this.#recorded.dispose();
    disposeTensors(this.#tensors);
  }
}

interface Recording {
  readonly recorded: RecordedDecoder;
  readonly keyValues: readonly LayerKeyValues[];
  readonly positions: tf.Tensor | undefined;
  readonly isCurrent: () => boolean;
}

function disposeTensors({ keyValues, positions }: Pick<Recording, "keyValues" | "positions">): void {
  for (const { keys, values } of keyValues) tf.dispose([keys, values]);
  positions?.dispose();
}

/** Records a step for `capacity` positions. @param before how many positions of each layer were dropped */
function record(
  { model, cache, memory, choice }: RecordedStart,
  past: readonly KeyValue[],
  before: readonly number[],
  capacity: number,
): Recording | string {
  const kept: tf.Tensor[] = [];
  try {
    const recording = tidy(() => {
      const described = model.describeDecoder?.() ?? "the model does not describe its decoder";
      if (typeof described === "string") return described;
      const { weights, attrs, rotary, isCurrent, fixedPositions } = described;
      const fits = past.every(({ keys }) => (4 * keys.size * capacity) / keys.shape[2] <= maxTensorBytes());
      if (!fits) return "keys and values of so many positions are no single tensor on this device";
      const rowFormat = cache.dtype === "float32" ? undefined : cache.dtype;
      const padded = (x: tf.Tensor4D, dropped: number) =>
        tf.pad(x, [[0, 0], [0, 0], [dropped, capacity - dropped - x.shape[2]], [0, 0]]); // prettier-ignore
      const withRoom = (x: tf.Tensor4D, dropped: number, length = x.shape[2]) => {
        const all = rowFormat === undefined ? padded(x, dropped) : moveCachedRows(x, length, capacity);
        kept.push(tf.keep(all));
        return all;
      };
      const keyValues = past.map(({ keys, values, length }, i) => ({
        keys: withRoom(keys, before[i] ?? 0, length),
        values: withRoom(values, before[i] ?? 0, length),
      }));
      const positions = fixedPositions && tf.keep(fixedPositions(capacity));
      if (positions !== undefined) kept.push(positions);
      const recorded = recordDecoder({ ...weights, positions: positions ?? weights.positions }, attrs, {
        keyValues,
        rowFormat,
        angles: rotary.map((each) => each?.angles(0, 1, capacity)),
        memory: memory?.keyValues,
        memoryMask: memory?.mask,
        choice,
      });
      return typeof recorded === "string" ? recorded : { recorded, keyValues, positions, isCurrent };
    });
    if (typeof recording === "string") tf.dispose(kept);
    return recording;
  } catch (error) {
    tf.dispose(kept);
    throw error;
  }
}
