import { readFile } from "node:fs/promises";
import { parseSafetensors, type SafeTensor, safeTensor, toFloat32, toInt32 } from "@qkv/safetensors";
import * as tf from "@tensorflow/tfjs-core";
import { unreadable } from "../unreadable.ts";
import { UsageError } from "../usageError.ts";

/** The tensors of a safetensors file under Hugging Face's names, handed out by the kind a model takes. */
export class NamedTensors {
  readonly #file: string;
  readonly #tensors: ReadonlyMap<string, SafeTensor>;
  readonly #taken = new Set<string>();

  private constructor(file: string, tensors: ReadonlyMap<string, SafeTensor>) {
    this.#file = file;
    this.#tensors = tensors;
  }

  /** @throws UsageError naming the file if it cannot be read */
  static async read(file: string): Promise<NamedTensors> {
    try {
      return new NamedTensors(file, parseSafetensors(await readFile(file)).tensors);
    } catch (error) {
      throw new UsageError(`${file}: expected a safetensors file, got ${unreadable(error)}`);
    }
  }

  /** Token ids, [B, L] int32. */
  ids(name: string): tf.Tensor2D {
    const tensor = this.#required(name);
    return tf.tensor2d(toInt32(tensor), this.#matrix(name, tensor), "int32");
  }

  /** The same; undefined if there is none of this name. */
  optionalIds(name: string): tf.Tensor2D | undefined {
    return this.#tensors.has(name) ? this.ids(name) : undefined;
  }

  /** Token ids as numbers, row by row. */
  rows(name: string): number[][] {
    const tensor = this.#required(name);
    const [count, width] = this.#matrix(name, tensor);
    const values = toInt32(tensor);
    return Array.from({ length: count }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
  }

  /** The same; undefined if there is none of this name. */
  optionalRows(name: string): number[][] | undefined {
    return this.#tensors.has(name) ? this.rows(name) : undefined;
  }

  /** Images, [B, C, H, W] float32. */
  images(name: string): tf.Tensor4D {
    const tensor = this.#required(name);
    this.#taken.add(name);
    const [batch, channels, height, width, ...rest] = tensor.shape;
    if (batch === undefined || !channels || !height || !width || rest.length > 0) {
      throw new UsageError(`${this.#file}: expected ${name} to be [B, C, H, W], got [${tensor.shape}]`);
    }
    return tf.tensor4d(toFloat32(tensor), [batch, channels, height, width]);
  }

  /** Spectrograms, [B, M, T] float32. */
  features(name: string): tf.Tensor3D {
    const tensor = this.#required(name);
    this.#taken.add(name);
    const [batch, bands, frames, ...rest] = tensor.shape;
    if (batch === undefined || !bands || !frames || rest.length > 0) {
      throw new UsageError(`${this.#file}: expected ${name} to be [B, M, T], got [${tensor.shape}]`);
    }
    return tf.tensor3d(toFloat32(tensor), [batch, bands, frames]);
  }

  /** Samples of sounds, [B, L] float32. */
  waveforms(name: string): tf.Tensor2D {
    const tensor = this.#required(name);
    return tf.tensor2d(toFloat32(tensor), this.#matrix(name, tensor));
  }

  /** A mask with 1 where a token is kept, as [B, L] bool; undefined if there is none of this name. */
  optionalMask(name: string): tf.Tensor2D | undefined {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) return undefined;
    const attentionMask = Uint8Array.from(toInt32(tensor), (value) => (value === 0 ? 0 : 1));
    return tf.tensor2d(attentionMask, this.#matrix(name, tensor), "bool");
  }

  /** @throws UsageError if the file holds a tensor that nothing asked for */
  expectAllTaken(): void {
    const left = [...this.#tensors.keys()].filter((name) => !this.#taken.has(name));
    if (left.length > 0) {
      throw new UsageError(`${this.#file}: expected only ${[...this.#taken].join(", ")}, got ${left.join(", ")} too`);
    }
  }

  #required(name: string): SafeTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new UsageError(`${this.#file}: expected a tensor called ${name}, got none`);
    return tensor;
  }

  #matrix(name: string, { shape }: SafeTensor): [number, number] {
    this.#taken.add(name);
    const [rows, columns, ...rest] = shape;
    if (rows === undefined || columns === undefined || rest.length > 0) {
      throw new UsageError(`${this.#file}: expected ${name} to be [B, L], got [${shape}]`);
    }
    return [rows, columns];
  }
}

/** Tensors as float32, ready for a safetensors file. */
export async function toSafeTensors(tensors: ReadonlyMap<string, tf.Tensor>): Promise<Map<string, SafeTensor>> {
  const entries = [...tensors].map(async ([name, tensor]): Promise<[string, SafeTensor]> => {
    return [name, safeTensor((await tensor.data()) as Float32Array, tensor.shape)];
  });
  return new Map(await Promise.all(entries));
}
