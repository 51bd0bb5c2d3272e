import * as tf from "@tensorflow/tfjs-core";
import { createDawn } from "./dawn.ts";
import { type Gpu, softwareName } from "./gpu.ts";
import { isNode } from "./isNode.ts";
import { registerWebgpuKernels } from "./webgpuKernels.ts";

/**
 * Starts tfjs's webgpu backend on `gpu` if it gives an adapter; one in software only if `allowSoftware`.
 *
 * @param gpu left out: `navigator.gpu`; where there is none, in Node, that of the npm package webgpu, and it becomes
 *   `navigator.gpu` once it is found good
 */
export async function startWebgpu(allowSoftware: boolean, gpu?: Gpu): Promise<void> {
  const found = gpu ?? navigatorGpu();
  if (found !== undefined) {
    await checkAdapter(found, "navigator.gpu", allowSoftware);
    if (gpu !== undefined) setNavigatorGpu(gpu);
  } else if (isNode()) {
    const dawn = await createDawn();
    await checkAdapter(dawn.gpu, "the npm package webgpu", allowSoftware);
    Object.assign(globalThis, dawn.globals);
    setNavigatorGpu(dawn.gpu);
  } else {
    throw new Error("there is no navigator.gpu here");
  }
  if (!("GPUBufferUsage" in globalThis)) {
    throw new Error("expected GPUBufferUsage and its like to be global, got none");
  }
  await import("@tensorflow/tfjs-backend-webgpu"); // it looks for navigator.gpu while it is loaded
  if (tf.engine().registryFactory["webgpu"] === undefined) {
    throw new Error("@tensorflow/tfjs-backend-webgpu was loaded before there was a navigator.gpu");
  }
  if (!(await tf.setBackend("webgpu"))) {
    throw new Error("tfjs could not start it");
  }
  registerWebgpuKernels();
}

function navigatorGpu(): Gpu | undefined {
  return (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
}

/** tfjs asks `navigator.gpu` and nobody else; Node 20 has no navigator, and later ones have none with a gpu. */
function setNavigatorGpu(gpu: Gpu): void {
  if (gpu === navigatorGpu()) return;
  if (globalThis.navigator === undefined) {
    Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true, writable: true });
  }
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
}

async function checkAdapter(gpu: Gpu, owner: string, allowSoftware: boolean): Promise<void> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new Error(`${owner} gave no adapter: it found no graphics driver that it can use`);
  }
  const software = softwareName(adapter);
  if (software !== undefined && !allowSoftware) {
    throw new Error(`the adapter is software (${software})`);
  }
}
