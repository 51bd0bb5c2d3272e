import type { DeviceShader } from "./deviceShader.ts";
import type { NormShape } from "./matVec.ts";
import { reductionsText } from "./reductions.ts";

/** Threads of a workgroup, which has a whole row to itself: as many as read a row of 1,024 numbers in four rounds. */
const THREADS = 256;

/**
 * `norm(x) * factor + residual`, of rows whose norm the products that read them cannot compute on the way: a norm of a sublayer's
 * output, or of what is normed again.
 */
export function normedShader(
  norm: NormShape,
  subgroups: boolean,
  hasScale: boolean,
  hasResidual: boolean,
): DeviceShader {
  const isCentered = norm.kind === "layerNorm";
  return {
    bindings: [
      { name: "x", type: "f32" },
      { name: "gamma", type: "f32" },
      ...(norm.hasBias ? [{ name: "beta", type: "f32" } as const] : []),
      ...(hasScale ? [{ name: "layerScale", type: "f32" } as const] : []),
      ...(hasResidual ? [{ name: "residual", type: "f32" } as const] : []),
      { name: "result", type: "f32", isWritten: true },
    ],
    uniforms: [
      ["width", "i32"],
      ["eps", "f32"],
      ["factor", "f32"],
    ],
    threads: THREADS,
    code: /* wgsl */ `
  const LANES = ${THREADS};
  ${reductionsText(THREADS, subgroups, [{ name: "laneSum", type: "f32", by: "sum" }])}
  fn run(group: vec3<i32>) {
    let start = group.x * uniforms.width;
    var sum = 0.0;
    ${isCentered ? "for (var i = i32(localIndex); i < uniforms.width; i += LANES) { sum += x[start + i]; }" : ""}
    let center = ${isCentered ? "laneSum(sum) / f32(uniforms.width)" : "0.0"};
    var squares = 0.0;
    for (var i = i32(localIndex); i < uniforms.width; i += LANES) {
      let c = x[start + i] - center;
      squares += c * c;
    }
    let rate = inverseSqrt(laneSum(squares) / f32(uniforms.width) + uniforms.eps);
    for (var i = i32(localIndex); i < uniforms.width; i += LANES) {
      var value = (x[start + i] - center) * rate * (gamma[i]${norm.unitOffset ? " + 1.0" : ""})${norm.hasBias ? " + beta[i]" : ""};
      value *= uniforms.factor;
      ${hasScale ? "value *= layerScale[i];" : ""}
      result[start + i] = value${hasResidual ? " + residual[start + i]" : ""};
    }
  }`,
  };
}
