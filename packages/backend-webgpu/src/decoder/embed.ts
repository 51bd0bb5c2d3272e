import type { WeightLayout } from "../kernels/products/weightLayout.ts";
import { CONTROL } from "./attend.ts";
import type { DeviceShader } from "./deviceShader.ts";
import { storedBinding, storedText } from "./storedText.ts";

/** Threads of a workgroup: 256 numbers of a row. */
export const EMBED_THREADS = 64;

/**
 * The rows of a table of the tokens that are read, or that of their position, which is added: four numbers for each thread.
 *
 * @param by what names the row
 */
export function embedShader(by: "token" | "position", layout: WeightLayout, aligned: boolean): DeviceShader {
  return {
    bindings: [
      { name: "control", type: "i32" },
      ...(by === "token" ? [{ name: "tokens", type: "i32" } as const] : []),
      storedBinding("0", layout, aligned),
      { name: "result", type: "f32", isWritten: true },
    ],
    uniforms: [
      ...(["rows", "width", "quads", "offset", "outputs_0"] as const).map((name) => [name, "i32"] as const),
      ["factor", "f32"],
      ["zero_0", "f32"],
    ],
    threads: EMBED_THREADS,
    code: /* wgsl */ `
  ${storedText("0", layout, aligned)}
  fn run(group: vec3<i32>) {
    let row = group.y;
    let quad = group.x * ${EMBED_THREADS} + i32(localIndex);
    if (quad >= uniforms.quads) { return; }
    let id = ${by === "token" ? "tokens[row]" : `control[${CONTROL.position}] + uniforms.offset`};
    let four = rowAt_0(clamp(id, 0, uniforms.outputs_0 - 1), quad) * uniforms.factor;
    for (var i = 0; i < min(4, uniforms.width - 4 * quad); i++) {
      let at = row * uniforms.width + 4 * quad + i;
      result[at] = ${by === "token" ? "four[i]" : "result[at] + four[i]"};
    }
  }`,
  };
}
