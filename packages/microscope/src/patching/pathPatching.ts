import { Recorder, type Patch } from "@qkv/nn";
import { checkArray, checkOptions, checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { blockAt, type MicroscopeModel, type Side, sideNamed, type SideName } from "../model/anatomy.ts";
import { sweep, type SweepOptions } from "../model/progress.ts";
import { outputPath } from "../names/aliases.ts";
import { answersOf, checkBatchSize, checkPair, chunksOf, type PatchGrid, type TextPair } from "./activationPatching.ts";

/** The inputs of an attention that a path may end in. */
export const RECEIVER_INPUTS = ["queries", "keys", "values"] as const;

/** What a path ends in: the queries, keys or values of a head. */
export interface Receiver {
  readonly layer: number;
  /** A head; of keys and values the group, where several heads share them. */
  readonly head: number;
  readonly input: (typeof RECEIVER_INPUTS)[number];
}

/** Options of {@link pathPatching}. */
export interface PathPatchingOptions extends SweepOptions {
  /** Where paths end. Default in the logits. */
  readonly receivers?: readonly Receiver[] | undefined;
  /** Whether feed-forwards on the way are those of the base too. Default false: they compute with what reaches them. */
  readonly freezesFeedForward?: boolean | undefined;
  /** Default the stack that the output is computed from. */
  readonly side?: SideName | undefined;
  /** How many patched copies run as one batch. Default 8. */
  readonly batchSize?: number | undefined;
}

/**
 * Path patching: for each head, the answer to the base when that head is the source's, as seen by the receivers alone. Every other
 * head is the base's on the way, so the head acts by its direct path, and by feed-forwards ("Interpretability in the Wild",
 * arXiv:2211.00593, section 3.1).
 *
 * @returns rows are layers, columns the heads of the self-attention
 * @throws RangeError if the texts differ in length, or there is no such receiver; the signal's reason if it is aborted
 */
export async function pathPatching(
  model: MicroscopeModel,
  pair: TextPair,
  options: PathPatchingOptions = {},
): Promise<PatchGrid> {
  const who = "pathPatching";
  checkOptions(who, options, {
    ...{ receivers: true, freezesFeedForward: true, side: true, batchSize: true, signal: true, onProgress: true },
  });
  const { receivers, freezesFeedForward = false, batchSize = 8 } = options;
  const { anatomy } = checkPair(who, model, pair);
  const { base, source, answer } = pair;
  checkBatchSize(who, batchSize);
  const side = sideNamed(who, anatomy, options.side);
  const ends = receivers && receiverPaths(who, side, receivers);
  const heads = side.layers.map((_, i) => `${side.prefix}layers.${i}.selfAttn.heads`);
  const crossHeads = side.layers.flatMap(({ crossAttn }, i) =>
    crossAttn ? [`${side.prefix}layers.${i}.crossAttn.heads`] : [],
  );
  const forwards = side.layers.map(({ spec }, i) => outputPath(spec, `${side.prefix}layers.${i}`, "ffn"));
  const frozen = [...heads, ...crossHeads, ...(freezesFeedForward ? forwards : [])];
  using ofBase = new Recorder(frozen);
  using ofSource = new Recorder(heads);
  const read = async (inputs: TextPair["base"], taps: Recorder) =>
    (await answersOf(who, model, inputs, 1, answer, taps))[0] ?? NaN;
  const [unpatched, whole] = [await read(base, ofBase), await read(source, ofSource)];
  const [first] = heads;
  const columns = first === undefined ? 0 : (ofBase.get(first).shape[1] ?? 0);
  const values = new Float32Array(heads.length * columns).fill(unpatched);
  const before = receivers === undefined ? heads.length : Math.max(...receivers.map(({ layer }) => layer));
  const steps = heads.slice(0, before).flatMap((sender, row) =>
    chunksOf(columns, batchSize).map((places) => async () => {
      const patches: Record<string, Patch> = Object.fromEntries(
        frozen.map((path) => [path, (x: tf.Tensor) => tf.broadcastTo(ofBase.get(path), x.shape)]),
      );
      patches[sender] = (x) => exchanged(x, ofBase.get(sender), ofSource.get(sender), places);
      using seen = new Recorder(ends === undefined ? [] : [...ends.keys()], patches);
      let answers = await answersOf(who, model, base, places.length, answer, seen);
      if (ends !== undefined) {
        const received = [...ends].map(
          ([path, which]) => [path, (x: tf.Tensor) => exchanged(x, x, seen.get(path), which)] as const,
        );
        answers = await answersOf(
          who,
          model,
          base,
          places.length,
          answer,
          new Recorder([], Object.fromEntries(received)),
        );
      }
      values.set(answers, row * columns + (places[0] ?? 0));
    }),
  );
  await sweep(steps, options);
  return { rows: heads.length, columns, values, base: unpatched, source: whole };
}

/** The heads of each activation that paths end in. */
function receiverPaths(
  who: string,
  side: Side,
  receivers: readonly Receiver[],
): ReadonlyMap<string, ReadonlySet<number>> {
  checkArray(who, "receivers", receivers);
  if (receivers.length === 0) throw new RangeError(`${who}: expected receivers to have one at least, got none`);
  const found = new Map<string, Set<number>>();
  for (const receiver of receivers) {
    checkRecord(who, "receiver", receiver);
    const { layer, head, input } = receiver;
    const { spec } = blockAt(who, side, layer);
    if (!RECEIVER_INPUTS.includes(input)) {
      throw new RangeError(`${who}: expected receiver.input to be ${RECEIVER_INPUTS.join(", ")}, got ${String(input)}`);
    }
    const { numHeads, numKeyValueHeads = numHeads } = spec.selfAttn;
    const count = input === "queries" ? numHeads : numKeyValueHeads;
    if (!Number.isInteger(head) || head < 0 || head >= count) {
      throw new RangeError(`${who}: expected receiver.head from 0 to ${count - 1}, got ${String(head)}`);
    }
    const path = `${side.prefix}layers.${layer}.selfAttn.${input}`;
    found.set(path, (found.get(path) ?? new Set()).add(head));
  }
  return found;
}

/**
 * Heads [C, H, L, D] of one kind with some of another: those of a set in every copy, or the i-th of a list in copy i. Does not
 * tidy.
 */
function exchanged(
  x: tf.Tensor,
  keep: tf.Tensor,
  take: tf.Tensor,
  which: ReadonlySet<number> | readonly number[],
): tf.Tensor {
  const [copies = 0, heads = 0] = x.shape;
  const isTaken = (copy: number, head: number) => ("has" in which ? which.has(head) : which[copy] === head);
  const flags = Array.from({ length: copies * heads }, (_, i) => Number(isTaken(Math.floor(i / heads), i % heads)));
  const mask = tf.tensor4d(flags, [copies, heads, 1, 1]);
  return tf.add(tf.mul(keep, tf.sub(1, mask)), tf.mul(take, mask));
}
