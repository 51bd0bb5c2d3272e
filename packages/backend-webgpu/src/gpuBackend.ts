import { DeviceLostError, type LimitedBackend, type VariedBackend } from "@qkv/ops";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";

/** Features of the device that kernels may use. */
export interface KernelChoices {
  /** Whether products inside attention are in 16 bits. */
  readonly float16: boolean;
  /** Whether sums across the threads of a subgroup use no barrier. */
  readonly subgroups: boolean;
}

/** Parts of a `GpuBackend`. */
export interface GpuBackendParts {
  readonly device: GPUDevice;
  readonly adapterInfo: GPUAdapterInfo;
  /** Called once, when the device is lost or has refused work. */
  readonly onFailure: (error: DeviceLostError) => void;
  /** The reason that tensors cannot be read synchronously, if they cannot. */
  readonly noReadSync: string | undefined;
}

/** Floats that are kept for staging: as many as files are read in at a time. */
const MOST_STAGED = 2 ** 21;

/** The kinds of error that WebGPU reports asynchronously. */
const REFUSALS = ["validation", "out-of-memory", "internal"] as const;

/**
 * tfjs's webgpu backend, without silent wrong results when the GPU fails.
 *
 * WebGPU drops work that fails and continues, and tfjs does not check: a tensor that was to be written keeps its old
 * values. So every read checks for errors since the last one, and after the first error, or when the device is lost,
 * all use of the device throws.
 */
export class GpuBackend extends WebGPUBackend implements LimitedBackend, VariedBackend {
  choices: KernelChoices = { float16: false, subgroups: false };
  #failure: DeviceLostError | undefined;
  #nothing: GPUBuffer | undefined;
  #staging = new Float32Array(0);
  readonly #parts: GpuBackendParts;

  constructor(parts: GpuBackendParts) {
    super(parts.device, parts.adapterInfo);
    this.#parts = parts;
    this.#openErrorScopes();
    void parts.device.lost.then(({ reason, message }) => this.#fail(new DeviceLostError(reason, message)));
  }

  /** The error of the device, if it failed. */
  get failure(): DeviceLostError | undefined {
    return this.#failure;
  }

  /** The bytes of the largest buffer that the device has and binds. */
  get maxTensorBytes(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /**
   * Memory of some floats, whose values may be anything, for what is written to the device at once: the next call gives the same
   * again, so that no part of a file waits for garbage collection while the next is read.
   */
  staging(length: number): Float32Array<ArrayBuffer> {
    if (length > MOST_STAGED) return new Float32Array(length);
    if (this.#staging.length < length) this.#staging = new Float32Array(length);
    return this.#staging.subarray(0, length);
  }

  /** The choices in a word: kernels are tested once for each. */
  get kernelVariant(): string {
    return JSON.stringify(this.choices);
  }

  /** Uploads a tensor; every kernel calls this for its inputs and its output. */
  override uploadToGPU(dataId: object): void {
    if (this.#failure !== undefined) throw this.#failure;
    const { shape, dtype } = this.tensorMap.get(dataId);
    const [bytes, limit] = [tf.util.sizeFromShape(shape) * 4, this.maxTensorBytes];
    if (bytes === 0) return this.#bindNothing(dataId);
    if (bytes > limit) {
      throw new RangeError(
        `webgpu: expected a tensor of at most ${limit} bytes on this adapter, got ${bytes} for ${dtype} [${shape}]`,
      );
    }
    super.uploadToGPU(dataId);
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    if (this.tensorMap.get(dataId).values != null) return super.read(dataId);
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return await this.checked(super.read(dataId)); // has submitted its work to the device when it returns
    } catch (error) {
      if (this.#failure !== undefined && this.tensorMap.has(dataId)) {
        this.tensorMap.get(dataId).values = null as unknown as tf.BackendValues;
      }
      throw error;
    }
  }

  /** Waits for what is being read, and for errors of all work so far. @throws DeviceLostError if there is one */
  async checked<T>(reading: Promise<T>): Promise<T> {
    const [outcome] = await Promise.allSettled([reading, this.#askForErrors()]);
    if (outcome.status === "rejected" && isOfDevice(outcome.reason)) {
      this.#fail(new DeviceLostError("unknown", outcome.reason.message || "a buffer could not be read"));
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  /** Gives the device all work that TensorFlow.js has collected. */
  flush(): void {
    if (this.#failure !== undefined) throw this.#failure;
    const { commandEncoder } = this as unknown as { readonly commandEncoder: GPUCommandEncoder | null };
    if (commandEncoder === null) return;
    this.endComputePassEncoder();
    this.submitQueue();
  }

  override readSync(dataId: object): tf.BackendValues {
    const { values } = this.tensorMap.get(dataId);
    if (values != null) return values;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#parts.noReadSync !== undefined) {
      throw new Error(`webgpu: expected await tensor.data(), got a read without waiting: ${this.#parts.noReadSync}`);
    }
    return super.readSync(dataId);
  }

  override dispose(): void {
    super.dispose();
    this.#failure ??= new DeviceLostError("destroyed", "the backend was removed");
    this.device.destroy();
  }

  /** Binds an empty tensor as zeros, so that tfjs's kernels sum over nothing: WebGPU binds no buffer of 0 bytes. */
  #bindNothing(dataId: object): void {
    this.#nothing ??= this.device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
    Object.assign(this.tensorMap.get(dataId), { resource: this.#nothing, external: true }); // not the tensor's to free
  }

  #fail(error: DeviceLostError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#parts.onFailure(error);
  }

  #openErrorScopes(): void {
    for (const kind of REFUSALS) this.device.pushErrorScope(kind);
  }

  async #askForErrors(): Promise<void> {
    const kinds = REFUSALS.toReversed(); // the last one opened is the first one closed
    const closing = kinds.map(() => this.device.popErrorScope().catch(() => null)); // of a lost device: no error
    this.#openErrorScopes();
    const errors = await Promise.all(closing);
    errors.forEach((error, i) => {
      if (error !== null) this.#fail(new DeviceLostError(kinds[i] ?? "unknown", error.message));
    });
  }
}

/**
 * Whether reading a buffer failed because of the device, and not, for example, of a tensor disposed of in the meantime.
 */
function isOfDevice(reason: unknown): reason is Error {
  return reason instanceof Object && "name" in reason && ["AbortError", "OperationError"].includes(String(reason.name));
}
