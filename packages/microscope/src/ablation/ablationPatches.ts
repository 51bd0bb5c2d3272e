import type { Patch } from "@qkv/nn";
import { checkArray, checkOptions } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { anatomyOf, blockAt, type MicroscopeModel, type Side, sideNamed, type SideName } from "../model/anatomy.ts";
import { outputPath } from "../names/aliases.ts";
import type { Means } from "./meanActivations.ts";

/** Parts of a model to leave out. */
export interface AblatedParts {
  /** Heads of the self-attention. */
  readonly heads?: readonly { readonly layer: number; readonly head: number }[] | undefined;
  /** Heads of the attention to a memory. */
  readonly crossHeads?: readonly { readonly layer: number; readonly head: number }[] | undefined;
  /** Neurons of feed-forwards. */
  readonly neurons?: readonly { readonly layer: number; readonly neuron: number }[] | undefined;
  /** Layers whose attentions and feed-forward add nothing, or their mean. */
  readonly layers?: readonly number[] | undefined;
  /** Default the stack that the output is computed from. */
  readonly side?: SideName | undefined;
  /** What takes their place: of each activation the mean of {@link meanActivations}. Default zero. */
  readonly means?: Means | undefined;
}

/**
 * Creates patches that leave parts of a model out, for a `Recorder` of `@qkv/nn` and so for `withTaps` of `@qkv/transformer` and
 * generation.
 *
 * @throws RangeError if there is no such part, or no mean of it
 */
export function ablationPatches(model: MicroscopeModel, parts: AblatedParts): Readonly<Record<string, Patch>> {
  const who = "ablationPatches";
  checkOptions(who, parts, { heads: true, crossHeads: true, neurons: true, layers: true, side: true, means: true });
  const side = sideNamed(who, anatomyOf(who, model), parts.side);
  const { heads = [], crossHeads = [], neurons = [], layers = [], means } = parts;
  const patches: Record<string, Patch> = {};
  const meanOf = (path: string): Float32Array | undefined => {
    const mean = means?.get(path);
    if (means !== undefined && mean === undefined)
      throw new RangeError(`${who}: expected the mean of ${path}, got none`);
    return mean;
  };
  for (const [name, places] of [
    ["selfAttn", heads],
    ["crossAttn", crossHeads],
  ] as const) {
    checkArray(who, name === "selfAttn" ? "heads" : "crossHeads", places);
    for (const [layer, which] of byLayer(places.map((place) => [place.layer, place.head]))) {
      const attention = blockAt(who, side, layer)[name];
      checkPlaces(who, `a head of ${name}`, attention?.numHeads ?? 0, which);
      const path = `${at(side, layer)}.${name}.heads`;
      patches[path] = replaceHeads(which, meanOf(path));
    }
  }
  checkArray(who, "neurons", neurons);
  for (const [layer, which] of byLayer(neurons.map((place) => [place.layer, place.neuron]))) {
    const { ffn } = blockAt(who, side, layer).spec;
    if (ffn.kind === "experts")
      throw new RangeError(`${who}: expected neurons of one feed-forward, got layer ${layer} of experts`);
    checkPlaces(who, "a neuron", ffn.dim, which);
    const path = `${at(side, layer)}.ffn.hidden`;
    patches[path] = replaceNeurons(which, meanOf(path));
  }
  checkArray(who, "layers", layers);
  for (const layer of layers) {
    const { spec } = blockAt(who, side, layer);
    const sublayers = ["selfAttn", ...(spec.crossAttn === undefined ? [] : ["crossAttn"]), "ffn"];
    for (const sublayer of sublayers) {
      const path = outputPath(spec, at(side, layer), sublayer);
      const mean = meanOf(path);
      patches[path] = (x) => (mean === undefined ? tf.zerosLike(x) : tf.broadcastTo(tf.tensor1d(mean), x.shape));
    }
  }
  return patches;
}

function at({ prefix }: Side, layer: number): string {
  return `${prefix}layers.${layer}`;
}

function byLayer(
  places: readonly (readonly [layer: number, index: number])[],
): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const [layer, index] of places) found.set(layer, (found.get(layer) ?? new Set()).add(index));
  return found;
}

function checkPlaces(who: string, name: string, count: number, which: ReadonlySet<number>): void {
  for (const index of which) {
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    throw new RangeError(`${who}: expected ${name} from 0 to ${count - 1}, got ${String(index)}`);
  }
}

/** Puts zeros or the mean [H, D] in the place of heads of [B, H, L, D]. */
function replaceHeads(which: ReadonlySet<number>, mean: Float32Array | undefined): Patch {
  return (x) => {
    const [, count = 0, , width = 0] = x.shape;
    const off = tf.tensor4d(
      Array.from({ length: count }, (_, i) => Number(which.has(i))),
      [1, count, 1, 1],
    );
    const rest = tf.mul(x, tf.sub(1, off));
    return mean === undefined ? rest : tf.add(rest, tf.mul(tf.tensor4d(mean, [1, count, 1, width]), off));
  };
}

/** Puts zeros or the mean [F] in the place of neurons of [B, L, F]. */
function replaceNeurons(which: ReadonlySet<number>, mean: Float32Array | undefined): Patch {
  return (x) => {
    const count = x.shape.at(-1) ?? 0;
    const off = tf.tensor1d(Array.from({ length: count }, (_, i) => Number(which.has(i))));
    const rest = tf.mul(x, tf.sub(1, off));
    return mean === undefined ? rest : tf.add(rest, tf.mul(tf.tensor1d(mean), off));
  };
}
