/** A tensor that a shader reads, or writes too. */
export interface Binding {
  readonly name: string;
  /** What the text reads it as an array of. */
  readonly type: "f32" | "i32" | "u32" | "vec4<f32>" | "vec4<i32>";
  readonly isWritten?: boolean;
}

/** A compute shader of its own, outside of TensorFlow.js's programs: bind groups of those cannot be kept. */
export interface DeviceShader {
  readonly bindings: readonly Binding[];
  /** Numbers of each call, read as `uniforms.NAME`. */
  readonly uniforms: readonly (readonly [name: string, type: "i32" | "f32"])[];
  readonly threads: number;
  /** Functions, and `fn run(group: vec3<i32>)`, which is called with the workgroup; `localIndex` is the thread in it. */
  readonly code: string;
}

/** A shader that is compiled. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const compiled = new WeakMap<GPUDevice, Map<string, Pipeline>>();

/** Compiles a shader, once on a device for each text. */
export function pipelineOf(device: GPUDevice, shader: DeviceShader): Pipeline {
  const known = compiled.get(device) ?? new Map<string, Pipeline>();
  compiled.set(device, known);
  const code = moduleText(shader);
  const before = known.get(code);
  if (before !== undefined) return before;
  const types = shader.bindings.map(({ isWritten }) => (isWritten ? "storage" : "read-only-storage"));
  const layout = device.createBindGroupLayout({
    entries: (["uniform", ...types] as const).map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code }), entryPoint: "start" },
  });
  known.set(code, { pipeline, layout });
  return { pipeline, layout };
}

function moduleText({ bindings, uniforms, threads, code }: DeviceShader): string {
  const enables = code.match(/^ *enable \w+;$/gm) ?? [];
  const fields = uniforms.map(([name, type]) => `${name}: ${type}, `).join("");
  const tensors = bindings.map(
    ({ name, type, isWritten }, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${isWritten ? "read_write" : "read"}> ${name}: array<${type}>;`,
  );
  return /* wgsl */ `
    ${[...new Set(enables)].join("\n")}
    struct Uniforms { ${fields} }
    @group(0) @binding(0) var<uniform> uniforms: Uniforms;
    ${tensors.join("\n    ")}
    var<private> localIndex: u32;
    ${code.replace(/^ *enable \w+;$/gm, "")}
    @compute @workgroup_size(${threads})
    fn start(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
      localIndex = thread;
      run(vec3<i32>(group));
    }`;
}
