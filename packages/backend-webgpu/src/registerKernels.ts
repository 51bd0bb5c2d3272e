import type { ActivatingKernel, RowReadingKernel } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { recordDecoder } from "./decoder/recordDecoder.ts";
import type { GpuBackend } from "./gpuBackend.ts";
import { ACTIVATING, kernels } from "./kernels/kernels.ts";
import { mendEmptyTensors } from "./mendEmptyTensors.ts";

/** Registers our kernels for tfjs's webgpu backend, once. */
export function registerKernels(): void {
  mendEmptyTensors();
  for (const [kernelName, run] of Object.entries({ ...kernels, QkvRecordDecoder: recordDecoder })) {
    if (tf.getKernel(kernelName, "webgpu") !== undefined) continue;
    const config: tf.KernelConfig & ActivatingKernel & RowReadingKernel = {
      kernelName,
      backendName: "webgpu",
      kernelFunc: ({ inputs, attrs, backend }) => run(backend as GpuBackend, inputs as Inputs, attrs),
      appliesActivations: ACTIVATING.has(kernelName),
      readsRows: kernelName === "QkvAttention",
    };
    tf.registerKernel(config);
  }
}

type Inputs = Readonly<Record<string, tf.TensorInfo>>;
