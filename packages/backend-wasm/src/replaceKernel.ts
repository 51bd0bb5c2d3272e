import type { ReplacingKernel } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** The arguments of a kernel. */
export interface KernelCall {
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attrs: unknown;
}

/** tfjs's own kernels by name, for a backend that is removed and started again. */
const originals = new Map<string, tf.KernelConfig | undefined>();

/** Registers `run` as the wasm backend's kernel called `kernelName`, over tfjs's own where there is one. */
export function replaceKernel(kernelName: string, run: (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[]): void {
  const own = originalOf(kernelName);
  if (tf.getKernel(kernelName, "wasm") !== undefined) tf.unregisterKernel(kernelName, "wasm");
  const kernel: tf.KernelConfig & ReplacingKernel = {
    ...own,
    kernelName,
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => run({ inputs: inputs as KernelCall["inputs"], attrs }),
    original: own,
  };
  tf.registerKernel(kernel);
}

/** Registers as `replaceKernel` does, for calls with a `plan` alone; the others go to tfjs's kernel. */
export function replaceKernelWhere<Plan>(
  kernelName: string,
  plan: (call: KernelCall) => Plan | false | undefined,
  run: (call: KernelCall, plan: Plan) => tf.TensorInfo,
): void {
  const own = originalOf(kernelName);
  if (own === undefined) {
    throw new Error(`${kernelName}: expected tfjs's wasm backend to have it, got none`);
  }
  const backend = tf.findBackend("wasm");
  replaceKernel(kernelName, (call) => {
    const planned = plan(call);
    if (planned !== undefined && planned !== false) return run(call, planned);
    const { inputs, attrs } = call;
    return own.kernelFunc({ inputs: inputs as tf.NamedTensorInfoMap, attrs: attrs as tf.NamedAttrMap, backend });
  });
}

function originalOf(kernelName: string): tf.KernelConfig | undefined {
  if (!originals.has(kernelName)) {
    originals.set(kernelName, tf.getKernel(kernelName, "wasm"));
  }
  return originals.get(kernelName);
}
