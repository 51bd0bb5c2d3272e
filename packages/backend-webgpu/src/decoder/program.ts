import type { GpuBackend } from "../gpuBackend.ts";
import { type DeviceShader, pipelineOf } from "./deviceShader.ts";

/** Workgroups along three axes. */
export type Groups = readonly [x: number, y: number, z: number];

/** A call of a shader with all that it needs. */
interface Call {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** Those of a step at this position. */
  readonly groups: (position: number) => Groups;
}

/**
 * Shaders that run one after another, made once: their pipelines, bind groups and numbers, and the buffers between them, which the
 * program owns.
 */
export class Program {
  readonly #device: GPUDevice;
  readonly #most: number;
  readonly #calls: Call[] = [];
  readonly #buffers: GPUBuffer[] = [];
  readonly #copies: ((encoder: GPUCommandEncoder) => void)[] = [];

  constructor(backend: GpuBackend) {
    this.#device = backend.device;
    this.#most = backend.maxTensorBytes;
  }

  /** A buffer of so many numbers of 32 bits. */
  buffer(size: number, usage: GPUBufferUsageFlags = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST): GPUBuffer {
    const bytes = Math.max(16, 4 * Math.ceil(size));
    if (bytes > this.#most) {
      throw new RangeError(`webgpu: expected a tensor of at most ${this.#most} bytes on this adapter, got ${bytes}`);
    }
    const buffer = this.#device.createBuffer({ size: bytes, usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  /** A buffer of these numbers. */
  bufferOf(values: Float32Array | Int32Array): GPUBuffer {
    const buffer = this.buffer(values.length);
    this.#device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    return buffer;
  }

  /** Copies bytes of a buffer before the first step. */
  copyOnce(from: GPUBuffer, to: GPUBuffer, at: number, bytes: number): void {
    this.#copies.push((encoder) => encoder.copyBufferToBuffer(from, 0, to, at, bytes));
  }

  /** Writes what is copied once into an encoder; later calls do nothing. */
  copy(encoder: GPUCommandEncoder): void {
    for (const copy of this.#copies.splice(0)) copy(encoder);
  }

  /** @param groups a number of workgroups that is the same in every step, or one for each position */
  add(
    shader: DeviceShader,
    buffers: Readonly<Record<string, GPUBuffer>>,
    uniforms: Readonly<Record<string, number>>,
    groups: Groups | ((position: number) => Groups),
  ): void {
    const { pipeline, layout } = pipelineOf(this.#device, shader);
    const numbers = new DataView(new ArrayBuffer(Math.max(16, 16 * Math.ceil(shader.uniforms.length / 4))));
    for (const [i, [name, type]] of shader.uniforms.entries()) {
      if (type === "i32") numbers.setInt32(4 * i, uniforms[name] ?? 0, true);
      else numbers.setFloat32(4 * i, uniforms[name] ?? 0, true);
    }
    const held = this.buffer(numbers.byteLength / 4, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.#device.queue.writeBuffer(held, 0, numbers.buffer);
    const bound = shader.bindings.map(({ name }) => {
      const buffer = buffers[name];
      if (buffer === undefined) throw new Error(`recordDecoder: expected a buffer for ${name}, got none`);
      return buffer;
    });
    const bindGroup = this.#device.createBindGroup({
      layout,
      entries: [held, ...bound].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    this.#calls.push({ pipeline, bindGroup, groups: typeof groups === "function" ? groups : () => groups });
  }

  /** Writes all calls into a pass. */
  run(pass: GPUComputePassEncoder, position: number): void {
    for (const { pipeline, bindGroup, groups } of this.#calls) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...groups(position));
    }
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.length = 0;
  }
}
