import type {
  FusedActivation,
  AdamWAttrs,
  CachedRowsAttrs,
  DropoutKey,
  WritePartAttrs,
  WriteRowsAttrs,
} from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Heap, Work } from "../heap.ts";
import { formatNumber } from "./attention.ts";
import { replaceKernel } from "../replaceKernel.ts";

type Tensors<Names extends string> = Readonly<Record<Names, tf.TensorInfo>>;

/** QkvActivate with its gradient, QkvDropout, QkvAdamW, QkvUnwritten, QkvWritePart and QkvWriteRows, QkvWriteCachedRows and QkvReadCachedRows. */
export function registerElements(heap: Heap): void {
  const work = (x: tf.TensorInfo, cost: number): Work => ({ units: tf.util.sizeFromShape(x.shape), cost, multiple: 4 });

  replaceKernel("QkvDropout", ({ inputs, attrs }) => {
    const { x } = inputs as Tensors<"x">;
    const { first, second, threshold, scale } = attrs as DropoutKey;
    const y = heap.output(x.shape);
    heap.run("dropout", [heap.at(x), heap.at(y), first, second, threshold, scale], work(x, 0.6));
    return y;
  });

  replaceKernel("QkvActivate", ({ inputs, attrs }) => {
    const { x } = inputs as Tensors<"x">;
    const y = heap.output(x.shape);
    const args = [numberOfActivation((attrs as Activating).activation), heap.at(x), heap.at(y)];
    heap.run(activateKernel(heap), args, work(x, 2));
    return y;
  });

  replaceKernel("QkvActivateGradient", ({ inputs, attrs }) => {
    const { x, dy } = inputs as Tensors<"x" | "dy">;
    const dx = heap.output(x.shape);
    heap.run(
      "activateGradient",
      [numberOfActivation((attrs as Activating).activation), heap.at(x), heap.at(dy), heap.at(dx)],
      work(x, 2),
    );
    return dx;
  });

  replaceKernel("QkvAdamW", ({ inputs, attrs }) => {
    const { parameter, gradient, first, second } = inputs as Tensors<"parameter" | "gradient" | "first" | "second">;
    const { beta1, beta2, gradientScale, decay, stepSize, secondScale, eps } = attrs as AdamWAttrs;
    const next = [parameter, first, second].map((x) => writable(heap, x)) as [Info, Info, Info];
    const [p, m, v] = [heap.at(next[0]), heap.at(next[1]), heap.at(next[2])];
    const numbers = [beta1, beta2, gradientScale, decay, stepSize, secondScale, eps, 1 - beta1, 1 - beta2];
    heap.run("adamW", [p, heap.at(gradient), m, v, ...numbers], work(parameter, 1.2));
    return next;
  });

  replaceKernel("QkvUnwritten", ({ attrs }) => {
    const { shape, dtype } = attrs as tf.TensorInfo;
    return heap.output(shape, dtype);
  });

  replaceKernel("QkvWritePart", ({ inputs, attrs }) => {
    const { x } = inputs as Tensors<"x">;
    const { start, length, fill } = attrs as unknown as WritePartAttrs;
    fill(new Float32Array(heap.memory.buffer, heap.at(x) + 4 * start, length));
    return [];
  });

  replaceKernel("QkvWriteRows", ({ inputs, attrs }) => {
    const { buffer, rows } = inputs as Tensors<"buffer" | "rows">;
    const [batch = 0, heads = 0, capacity = 0, width = 0] = buffer.shape;
    const [each, room] = [(rows.shape[2] ?? 0) * width * 4, capacity * width * 4];
    const [from, to] = [heap.at(rows), heap.at(buffer) + (attrs as WriteRowsAttrs).first * width * 4];
    const bytes = new Uint8Array(heap.memory.buffer);
    for (let i = 0; i < batch * heads; i++) bytes.copyWithin(to + i * room, from + i * each, from + (i + 1) * each);
    return [];
  });

  replaceKernel("QkvWriteCachedRows", ({ inputs, attrs }) => {
    const { buffer, rows } = inputs as Tensors<"buffer" | "rows">;
    const { format, width, first, length } = attrs as unknown as CachedRowsAttrs;
    const [batch = 0, heads = 0, capacity = 0] = buffer.shape;
    const args = [heap.at(rows), heap.at(buffer), first, length, capacity, width, formatNumber(format)];
    heap.run("writeCachedRows", args, { units: batch * heads, cost: 0.3 * length * width });
    return [];
  });

  replaceKernel("QkvReadCachedRows", ({ inputs, attrs }) => {
    const { buffer } = inputs as Tensors<"buffer">;
    const { format, width, length } = attrs as unknown as CachedRowsAttrs;
    const [batch = 0, heads = 0, capacity = 0] = buffer.shape;
    const out = heap.output([batch, heads, length, width]);
    const args = [heap.at(buffer), heap.at(out), length, capacity, width, formatNumber(format)];
    heap.run("readCachedRows", args, { units: batch * heads, cost: 0.3 * length * width });
    return out;
  });
}

type Info = tf.TensorInfo;

/** The activations in the order of their numbers in assembly/elements.ts. */
const ACTIVATIONS: readonly FusedActivation[] = ["relu", "gelu", "geluTanh", "silu", "quickGelu"];

interface Activating {
  readonly activation: FusedActivation;
}

/** @throws TypeError if there is no such activation */
export function numberOfActivation(activation: FusedActivation): number {
  const number = ACTIVATIONS.indexOf(activation);
  if (number < 0) {
    throw new TypeError(`activate: expected ${ACTIVATIONS.join(", ")}, got ${activation}`);
  }
  return number;
}

/** The kernel of activations: the native one where it is there. */
export function activateKernel({ native }: Heap) {
  return native?.activate === undefined ? "activate" : "nativeActivate";
}

/** `x` itself if no other tensor shares its memory, else a copy. */
function writable(heap: Heap, x: Info): Info {
  if (heap.isUnique(x)) return heap.share(x);
  const copy = heap.output(x.shape);
  const bytes = tf.util.sizeFromShape(x.shape) * 4;
  new Uint8Array(heap.memory.buffer).copyWithin(heap.at(copy), heap.at(x), heap.at(x) + bytes);
  return copy;
}
