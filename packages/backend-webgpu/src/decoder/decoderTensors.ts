import type { LayerAttentionAttrs, NormAttrs, PackedAttrs } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { GpuBackend } from "../gpuBackend.ts";
import { sizeOf } from "../kernel.ts";
import { layoutOf, type WeightLayout } from "../kernels/products/weightLayout.ts";
import type { NormShape } from "./matVec.ts";
import type { Program } from "./program.ts";

/** A weight [O, I] on the device. */
export interface StoredWeight {
  readonly buffer: GPUBuffer;
  readonly layout: WeightLayout;
  readonly shape: readonly [outputs: number, width: number];
  /** The code of zero. */
  readonly zero: number;
}

/** A norm on the device. */
export interface StoredNorm {
  readonly shape: NormShape;
  readonly gamma: GPUBuffer;
  readonly beta: GPUBuffer | undefined;
  readonly eps: number;
}

/** The inputs of the kernel by their paths, and where they are on the device. */
export class DecoderTensors {
  readonly #backend: GpuBackend;
  readonly #program: Program;
  readonly #inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly #packed: Readonly<Record<string, PackedAttrs>>;
  readonly #used = new Map<object, GPUBuffer>();

  constructor(
    backend: GpuBackend,
    program: Program,
    inputs: Readonly<Record<string, tf.TensorInfo>>,
    packed: Readonly<Record<string, PackedAttrs>>,
  ) {
    this.#backend = backend;
    this.#program = program;
    this.#inputs = inputs;
    this.#packed = packed;
  }

  has(name: string): boolean {
    return name in this.#inputs;
  }

  shapeOf(name: string): readonly number[] {
    return this.#packed[name]?.shape ?? this.#info(name).shape;
  }

  /** The buffer of a tensor, which is on the device from now on. */
  buffer(name: string): GPUBuffer {
    const { dataId } = this.#info(name);
    this.#backend.uploadToGPU(dataId);
    const buffer = this.#backend.tensorMap.get(dataId).resource as GPUBuffer;
    this.#used.set(dataId, buffer);
    return buffer;
  }

  weight(name: string): StoredWeight {
    const packed = this.#packed[name];
    const [outputs = 0, width = 0] = this.shapeOf(name);
    const format = packed?.format;
    return {
      buffer: this.buffer(name),
      layout: layoutOf(format ?? "f32"),
      shape: [outputs, width],
      zero: typeof format === "object" ? format.zero : 0,
    };
  }

  /** @param name of the norm, or of what has one */
  norm(name: string, { kind, eps, unitOffset }: NormAttrs): StoredNorm {
    const hasBias = this.has(`${name}.bias`);
    return {
      shape: { kind, unitOffset, hasBias },
      gamma: this.buffer(`${name}.weight`),
      beta: hasBias ? this.buffer(`${name}.bias`) : undefined,
      eps,
    };
  }

  /** The biases of several maps, zeros where one has none, in a buffer of their own; undefined if none has one. */
  biases(maps: readonly string[]): GPUBuffer | undefined {
    const [first] = maps;
    if (!maps.some((map) => this.has(`${map}.bias`))) return undefined;
    if (maps.length === 1) return this.buffer(`${first}.bias`);
    return this.#joined(
      maps.map((map) => [this.has(`${map}.bias`) ? `${map}.bias` : undefined, this.shapeOf(`${map}.weight`)[0] ?? 0]),
    );
  }

  /** The norms of queries and keys and the sinks of an attention, one after another, and where the last two begin. */
  extras(
    path: string,
    { qkNorm }: LayerAttentionAttrs,
  ): { buffer: GPUBuffer; keyNorm: number; sinks: number } | undefined {
    const of = (name: string) => (this.has(`${path}.${name}`) ? [`${path}.${name}`] : []);
    const queries = qkNorm === undefined ? [] : [...of("qNorm.weight"), ...of("qNorm.bias")];
    const keys = qkNorm === undefined ? [] : [...of("kNorm.weight"), ...of("kNorm.bias")];
    const names = [...queries, ...keys, ...of("sinks")];
    if (names.length === 0) return undefined;
    const sizeOfAll = (all: readonly string[]) => all.reduce((sum, name) => sum + sizeOf(this.#info(name)), 0);
    return {
      buffer: this.#joined(names.map((name) => [name, sizeOf(this.#info(name))])),
      keyNorm: sizeOfAll(queries),
      sinks: sizeOfAll([...queries, ...keys]),
    };
  }

  /** Whether all tensors still are where they were. */
  isCurrent(): boolean {
    const { tensorMap } = this.#backend;
    for (const [dataId, buffer] of this.#used) {
      if (!tensorMap.has(dataId) || tensorMap.get(dataId).resource !== buffer) return false;
    }
    return true;
  }

  /** Copies tensors of float32 into one buffer. */
  #joined(parts: readonly (readonly [name: string | undefined, size: number])[]): GPUBuffer {
    const whole = this.#program.buffer(parts.reduce((sum, [, size]) => sum + size, 0));
    let at = 0;
    for (const [name, size] of parts) {
      if (name !== undefined) this.#program.copyOnce(this.buffer(name), whole, 4 * at, 4 * size);
      at += size;
    }
    return whole;
  }

  #info(name: string): tf.TensorInfo {
    const info = this.#inputs[name];
    if (info === undefined) throw new Error(`recordDecoder: expected an input ${name}, got none`);
    return info;
  }
}
