import { i32, runShader, type Run } from "../runShader.ts";
import type { GpuBackend } from "../gpuBackend.ts";
import { shader } from "../shader.ts";

/**
 * A shader that gives each row of a matrix to one workgroup: threads side by side read elements side by side, so that
 * a row is read in whole lines of memory, and rows do not wait for each other.
 *
 * `body` stands in `main`. It has `row`, `start` (the place of its first element), `lane` (the first element of this
 * thread, the next ones LANES apart) and `alive`, without which nothing may be written; and the functions `rowSum` and
 * `rowMax` of a value of each thread, which every thread must call.
 */
export function rowShader(name: string, body: string) {
  return shader(
    name,
    (threads: number, subgroups: boolean) => /* wgsl */ `
      const LANES = ${threads};
      const LOWEST = -3.4e38; // instead of an infinity, which WGSL may take for impossible
      ${subgroups ? subgroupReduction : treeReduction}
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

/** Halves the threads that add until one is left: works everywhere. */
const treeReduction = ["Sum", "Max"]
  .map((name) => {
    const joined = (a: string, b: string) => (name === "Sum" ? `${a} + ${b}` : `max(${a}, ${b})`);
    return /* wgsl */ `
      fn row${name}(value: f32) -> f32 {
        places[localIndex] = value;
        for (var span = u32(LANES / 2); span > 0u; span >>= 1u) {
          workgroupBarrier();
          if (localIndex < span) {
            places[localIndex] = ${joined("places[localIndex]", "places[localIndex + span]")};
          }
        }
        workgroupBarrier();
        let whole = places[0];
        workgroupBarrier();
        return whole;
      }`;
  })
  .join("\n")
  .replace(/^/, "var<workgroup> places: array<f32, LANES>;\n");

/**
 * Two barriers instead of eight. Which threads form a subgroup is the driver's choice, so one thread of each leaves its
 * subgroup's share in its own place, and every subgroup then joins all places.
 */
const subgroupReduction = ["Sum", "Max"]
  .map((name) => {
    const none = name === "Sum" ? "0.0" : "LOWEST";
    const joined = (a: string, b: string) => (name === "Sum" ? `${a} + ${b}` : `max(${a}, ${b})`);
    const subgroup = name === "Sum" ? "subgroupAdd" : "subgroupMax";
    return /* wgsl */ `
      fn row${name}(value: f32) -> f32 {
        let share = ${subgroup}(value);
        places[localIndex] = select(${none}, share, subgroupElect());
        let size = subgroupAdd(1u);
        let rank = subgroupExclusiveAdd(1u);
        workgroupBarrier();
        var whole = ${none};
        for (var i = rank; i < u32(LANES); i += size) {
          whole = ${joined("whole", "places[i]")};
        }
        workgroupBarrier();
        return ${subgroup}(whole);
      }`;
  })
  .join("\n")
  .replace(/^/, "enable subgroups;\nvar<workgroup> places: array<f32, LANES>;\n");
