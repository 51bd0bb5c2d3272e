import { type Gpu, isNode, requestAdapter, softwareName, type WebgpuOptions } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { createDevice } from "./createDevice.ts";
import { createDawn } from "./dawn.ts";
import { GpuBackend } from "./gpuBackend.ts";
import { registerKernels } from "./registerKernels.ts";

/** The current or last start: two at once would each create a device. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Starts tfjs's webgpu backend with our kernels, on its own device; one that still works becomes the current backend
 * again, with these `float16` and `subgroups`.
 */
export function startWebgpu(options: WebgpuOptions = {}): Promise<void> {
  const start = last.then(() => startAlone(options));
  last = start.catch(() => undefined);
  return start;
}

async function startAlone(options: WebgpuOptions): Promise<void> {
  const adapter = await findAdapter(options);
  const backend = livingBackend() ?? (await createBackend(adapter, options));
  const { features } = backend.device;
  backend.choices = {
    float16: options.float16 === true && features.has("shader-f16"),
    subgroups: options.subgroups !== false && features.has("subgroups"),
  };
  registerKernels();
  if (!(await tf.setBackend("webgpu"))) {
    throw new Error("tfjs could not start it");
  }
}

function livingBackend(): GpuBackend | undefined {
  const backend: unknown = tf.engine().registry["webgpu"]; // not tf.findBackend: asking it starts the backend
  if (backend === undefined) return undefined;
  if (!(backend instanceof GpuBackend)) {
    throw new Error("expected no webgpu backend yet, got one that tfjs started itself; tf.removeBackend gives it up");
  }
  return backend.failure === undefined ? backend : undefined;
}

async function createBackend(adapter: GPUAdapter, { onDeviceLost }: WebgpuOptions): Promise<GpuBackend> {
  const device = await createDevice(adapter);
  const software = softwareName(adapter);
  const backend = new GpuBackend({
    device,
    adapterInfo: adapter.info,
    onFailure: (error) => onDeviceLost?.(error),
    noReadSync: isNode() ? "Node has no canvas" : software && `${software} draws no canvas`,
  });
  // If navigator.gpu existed before, tfjs has registered a backend that requests a device by itself.
  if (tf.engine().registryFactory["webgpu"] !== undefined) tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => backend, 3);
  return backend;
}

/**
 * Requests an adapter of `gpu`, of `navigator.gpu`, or in Node of the npm package webgpu, which then becomes
 * `navigator.gpu`.
 */
async function findAdapter({ gpu, allowSoftwareAdapter = false }: WebgpuOptions): Promise<GPUAdapter> {
  const found = gpu ?? navigatorGpu();
  if (found !== undefined) {
    const adapter = await requestAdapter(found, "navigator.gpu", allowSoftwareAdapter);
    setNavigatorGpu(found);
    if (!("GPUBufferUsage" in globalThis)) {
      throw new Error("expected GPUBufferUsage and its like to be global, got none");
    }
    return adapter as GPUAdapter;
  }
  if (!isNode()) {
    throw new Error("there is no navigator.gpu here");
  }
  const dawn = await createDawn();
  const adapter = await requestAdapter(dawn.gpu, "the npm package webgpu", allowSoftwareAdapter);
  Object.assign(globalThis, dawn.globals);
  setNavigatorGpu(dawn.gpu);
  return adapter as GPUAdapter;
}

function navigatorGpu(): Gpu | undefined {
  return (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
}

/** Sets `navigator.gpu`, which tfjs checks; Node 20 has no navigator, and later ones have none with a gpu. */
function setNavigatorGpu(gpu: Gpu): void {
  if (gpu === navigatorGpu()) return;
  if (globalThis.navigator === undefined) {
    Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true, writable: true });
  }
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
}
