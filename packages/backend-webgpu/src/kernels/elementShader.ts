import type { GpuBackend } from "../gpuBackend.ts";
import { i32, type Run, runShader } from "../runShader.ts";
import { type Shader, shader } from "../shader.ts";

const THREADS = 256;

/** A shader for element `i`, whatever the shape; `body` may call `functions`. */
export function elementShader<Parameters extends readonly string[]>(
  name: string,
  body: (...parameters: Parameters) => string,
  functions = "",
): (...parameters: Parameters) => Shader {
  return shader(
    name,
    (...parameters: Parameters) => /* wgsl */ `
      ${functions}
      fn main(i: i32) {
        if (i < uniforms.count) {
          ${body(...parameters)}
        }
      }`,
  );
}

/** Runs an `elementShader` with a thread for each of `count` elements. */
export function runElements<Output extends string>(
  backend: GpuBackend,
  text: Shader,
  count: number,
  { uniforms = {}, ...run }: Pick<Run<Output>, "inputs" | "outputs" | "uniforms">,
) {
  return runShader(backend, {
    ...run,
    shader: text,
    uniforms: { ...uniforms, count: i32(count) },
    threads: THREADS,
    groups: Math.ceil(count / THREADS),
  });
}
