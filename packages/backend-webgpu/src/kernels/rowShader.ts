import { i32, runShader, type Run } from "../runShader.ts";
import type { GpuBackend } from "../gpuBackend.ts";
import { shader } from "../shader.ts";
import { rowReductions } from "./rowReductions.ts";

/**
 * Creates a shader that assigns each row of a matrix to one workgroup: threads side by side read elements side by side,
 * so that a row is read in whole lines of memory, and rows do not wait for each other.
 *
 * `body` is part of `main`. It has `row`, `start` (the place of its first element), `lane` (the first element of this
 * thread, the next ones LANES apart) and `alive`, without which nothing may be written; and the functions `rowSum` and
 * `rowMax` of a value of each thread, which every thread must call.
 */
export function rowShader(name: string, body: string) {
  return shader(
    name,
    (threads: number, subgroups: boolean) => /* wgsl */ `
      const LANES = ${threads};
      const LOWEST = -3.4e38; // instead of an infinity, which WGSL may take for impossible
      ${rowReductions(subgroups)}
      fn main(index: i32) {
        let group = index / LANES;
        let alive = group < uniforms.rows;
        let row = min(group, uniforms.rows - 1);
        let start = row * uniforms.width;
        let lane = i32(localIndex);
        ${body}
      }`,
  );
}

type RowRun<Output extends string> = Pick<Run<Output>, "inputs" | "outputs" | "uniforms">;

/** Runs a `rowShader` on matrices of `rows` rows. */
export function runRows<Output extends string>(
  backend: GpuBackend,
  text: ReturnType<typeof rowShader>,
  { rows, width }: { readonly rows: number; readonly width: number },
  { uniforms = {}, ...run }: RowRun<Output>,
) {
  const threads = width > 1024 ? 256 : 64; // several elements for each thread, or the sums of sums would be all its work
  return runShader(backend, {
    ...run,
    shader: text(threads, backend.choices.subgroups),
    uniforms: { ...uniforms, rows: i32(rows), width: i32(width) },
    threads,
    groups: rows,
  });
}
