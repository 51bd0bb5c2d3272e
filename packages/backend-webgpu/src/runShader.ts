import type * as tf from "@tensorflow/tfjs-core";
import type { GpuBackend } from "./gpuBackend.ts";
import { sizeOf } from "./kernel.ts";
import type { Shader } from "./shader.ts";

/** One run of a shader. Its text uses the names of inputs, outputs and uniforms given here. */
export interface Run<Output extends string> {
  readonly shader: Shader;
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  /** The inputs that the text writes too, in place: nothing else may hold what they were. */
  readonly written?: readonly string[];
  /** The shapes of its outputs, float32; in the text the first one is called `result`. */
  readonly outputs: Readonly<Record<Output, readonly number[]>>;
  readonly uniforms?: Readonly<Record<string, Uniform>>;
  /** The inputs that the text reads four floats at a time; with `result` among them, the outputs that it writes so. */
  readonly vectors?: readonly string[];
  readonly threads: number;
  readonly groups: number;
}

/** A number, or a few, that the text reads as `uniforms.NAME`. */
export interface Uniform {
  readonly type: "i32" | "u32" | "f32";
  readonly data: readonly number[];
}

/** A whole number, or a few, for a shader. */
export const i32 = (...data: number[]): Uniform => ({ type: "i32", data });
/** 32 bits, or a few times that, for a shader. */
export const u32 = (...data: number[]): Uniform => ({ type: "u32", data: data.map((value) => value >>> 0) });
/** A number, or a few, for a shader. */
export const f32 = (...data: number[]): Uniform => ({ type: "f32", data });

/** tfjs's names of the types. */
const TFJS_TYPES = { i32: "int32", u32: "uint32", f32: "float32" } as const;

type Program = Parameters<GpuBackend["runWebGPUProgram"]>[0];

/**
 * Runs a shader among tfjs's own, in the order of the calls. Its `main` is called with the thread's index.
 *
 * tfjs keeps compiled shaders by which axes are broadcast and which shapes are equal. Ours use their own strides, so
 * all tensors are flat here: one compiled shader serves all shapes.
 */
export function runShader<Output extends string>(
  backend: GpuBackend,
  { shader, inputs, written: changed = [], outputs, uniforms = {}, vectors = [], threads, groups }: Run<Output>,
): Record<Output, tf.TensorInfo> {
  const names = Object.keys(outputs) as Output[];
  const written = names.map((name) => backend.makeTensorInfo([...outputs[name]], "float32"));
  const [first, ...others] = written as [tf.TensorInfo, ...tf.TensorInfo[]];
  const otherNames: string[] = names.slice(1);
  const variables = [...Object.keys(inputs), ...otherNames];
  const program: Program = {
    variableNames: variables,
    variableComponents: variables.map((name) => (vectors.includes(name) ? 4 : 1)),
    outputShape: [sizeOf(first)],
    outputComponent: vectors.includes("result") ? 4 : 1,
    workgroupSize: [threads, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [groups, 1, 1],
    shaderKey: shader.key,
    uniforms: Object.entries(uniforms)
      .map(([name, { type, data }]) => `${name}: ${data.length === 1 ? type : `vec${data.length}<${type}>`}, `)
      .join(""),
    getUserCode: shader.text,
  };
  if (sizeOf(first) === 0) {
    for (const other of others) backend.tensorMap.get(other.dataId).values = new Float32Array(sizeOf(other));
  }
  const values = Object.values(uniforms).map(({ type, data }) => ({ type: TFJS_TYPES[type], data: [...data] }));
  withModules(
    backend.device,
    (code) => finish(code, [...otherNames, ...changed]),
    () => {
      const tensors = [...Object.values(inputs), ...others].map((x) => ({ ...x, shape: [sizeOf(x), 1] }));
      backend.runWebGPUProgram(program, tensors, "float32", values, { ...first, shape: [sizeOf(first)] });
    },
  );
  return Object.fromEntries(names.map((name, i) => [name, written[i]])) as Record<Output, tf.TensorInfo>;
}

/**
 * Completes a module for tfjs, which puts its own text in front, where WGSL requires `enable`, and declares all tensors
 * but the result read only.
 */
function finish(code: string, outputs: readonly string[]): string {
  const enables = code.match(/^ *enable \w+;$/gm) ?? [];
  const writable = outputs.reduce(
    (text, name) => text.replace(`var<storage, read> ${name}:`, `var<storage, read_write> ${name}:`),
    code.replace(/^ *enable \w+;$/gm, ""),
  );
  return [...enables, writable].join("\n");
}

/** Runs `work` while modules that `device` creates get the text of `finish`. */
function withModules(device: GPUDevice, finish: (code: string) => string, work: () => void): void {
  const create = device.createShaderModule;
  device.createShaderModule = (descriptor) => create.call(device, { ...descriptor, code: finish(descriptor.code) });
  try {
    work();
  } finally {
    device.createShaderModule = create;
  }
}
