import type { FusedActivation } from "@qkv/ops";
import { ACTIVATION_FUNCTIONS, activationValue } from "../activationText.ts";
import { readText } from "../kernels/products/vectors.ts";
import type { WeightLayout } from "../kernels/products/weightLayout.ts";
import type { Binding, DeviceShader } from "./deviceShader.ts";
import { reductionsText } from "./reductions.ts";
import { storedBinding, storedText } from "./storedText.ts";

/** A norm that is computed of what is read, in the same shader. */
export interface NormShape {
  readonly kind: "layerNorm" | "rmsNorm";
  readonly unitOffset: boolean;
  readonly hasBias: boolean;
}

/** What changes the text of a product. */
export interface MatVecShape {
  /** Rows of x that are multiplied by each number that is read: 1, 2, 4 or 8. */
  readonly rows: number;
  readonly subgroups: boolean;
  /** Whether rows of x are a multiple of four numbers. */
  readonly aligned: boolean;
  /** Of x. */
  readonly norm: NormShape | undefined;
  /** One after another in the result; or a gate and what it is multiplied by. */
  readonly layouts: readonly WeightLayout[];
  readonly isGated: boolean;
  readonly hasBias: boolean;
  readonly activation: FusedActivation | undefined;
  readonly hasLayerScale: boolean;
  /** What the result is added to, through a norm or as it is. */
  readonly residual: { readonly norm: NormShape | undefined } | undefined;
  readonly hasSoftcap: boolean;
}

/**
 * Threads of a workgroup, which computes four outputs: each thread has four rows of 16 bytes on their way, a warp reads 512 bytes
 * of each row at once, and two warps a workgroup leave several hundred workgroups even to a small model's maps.
 */
export const MATVEC_THREADS = 64;

/**
 * `y = act(norm(x) Wᵀ + bias) * scale + residual` for a few rows of x and one or more weights, which are unpacked in registers.
 * Every workgroup computes the norms' sums by itself: x is in its caches, and a dispatch of its own for them would take longer.
 */
export function matVecShader(shape: MatVecShape): DeviceShader {
  const { rows, subgroups, aligned, norm, layouts, isGated, hasBias, activation, hasLayerScale, residual } = shape;
  const floats = (name: string): Binding => ({ name, type: "f32" });
  const vectors = (name: string): Binding => ({ name, type: aligned ? "vec4<f32>" : "f32" });
  const bindings: Binding[] = [
    vectors("x"),
    ...(norm === undefined ? [] : [vectors("gamma"), ...(norm.hasBias ? [vectors("beta")] : [])]),
    ...layouts.map((layout, i) => storedBinding(String(i), layout, aligned)),
    ...(hasBias ? [floats("bias")] : []),
    ...(hasLayerScale ? [floats("layerScale")] : []),
    ...(residual === undefined ? [] : [floats("residual")]),
    ...(residual?.norm === undefined
      ? []
      : [floats("residualGamma"), ...(residual.norm.hasBias ? [floats("residualBeta")] : [])]),
    { name: "result", type: "f32", isWritten: true },
  ];
  const segments = isGated ? layouts.slice(0, 1) : layouts;
  return {
    bindings,
    uniforms: [
      ...(["rows", "width", "quads", "across", "stride"] as const).map((name) => [name, "i32"] as const),
      ...(["eps", "residualEps", "factor", "softcap"] as const).map((name) => [name, "f32"] as const),
      ...layouts.flatMap((_, i) => [
        [`outputs_${i}`, "i32"] as const,
        [`strips_${i}`, "i32"] as const,
        [`zero_${i}`, "f32"] as const,
      ]),
    ],
    threads: MATVEC_THREADS,
    code: /* wgsl */ `
  const ROWS = ${rows};
  const LANES = ${MATVEC_THREADS};
  ${reductionsText(MATVEC_THREADS, subgroups, [{ name: "total", type: "vec4<f32>", by: "sum" }])}
  ${readText("x", "width", aligned)}
  ${norm === undefined ? "" : normText(norm, aligned)}
  fn input(row: i32, r: i32, quad: i32) -> vec4<f32> {
    return ${norm === undefined ? "x_at(row, quad)" : "normed(x_at(row, quad), r, quad)"};
  }
  ${layouts.map((layout, i) => storedText(String(i), layout, aligned) + productText(i)).join("\n")}
  ${residual?.norm === undefined ? "" : residualNormText(residual.norm)}
  ${activation === undefined ? "" : ACTIVATION_FUNCTIONS}
  fn activated(a: f32) -> f32 {
    return ${activation === undefined ? "a" : activationValue(activation)};
  }

  fn run(group: vec3<i32>) {
    var strip = group.x + group.y * uniforms.across;
    let first = group.z * ROWS;
    var start = 0; // of these outputs in a row of the result
    var outputs = 0;
    ${norm === undefined ? "" : "measure(first);"}
    ${residual?.norm === undefined ? "" : "measureResidual(first);"}
    var sums: array<vec4<f32>, ROWS>;
    ${isGated ? "var others: array<vec4<f32>, ROWS>;" : ""}
    ${segments.map((_, i) => segmentText(i, isGated)).join(" else ")}
    for (var r = 0; r < ROWS; r++) {
      let whole = total(sums[r]);
      ${isGated ? "let other = total(others[r]);" : ""}
      let row = first + r;
      let lane = i32(localIndex);
      let output = 4 * strip + lane;
      if (lane < 4 && row < uniforms.rows && output < outputs) {
        var value = activated(whole[lane]${hasBias ? " + bias[start + output]" : ""});
        ${isGated ? `value *= other[lane]${hasBias ? " + bias[outputs + output]" : ""};` : ""}
        value *= uniforms.factor;
        ${hasLayerScale ? "value *= layerScale[output];" : ""}
        ${shape.hasSoftcap ? "value = uniforms.softcap * tanh(clamp(value / uniforms.softcap, -20.0, 20.0));" : ""}
        ${residual === undefined ? "" : `value += ${residual.norm === undefined ? "residual[row * outputs + output]" : "residualAt(row, r, output)"};`}
        result[row * uniforms.stride + start + output] = value;
      }
    }
  }`,
  };
}

/** `product_I(strip, first)`: the sums of a thread for four rows of weight I, of each row of x. */
function productText(i: number): string {
  return /* wgsl */ `
  fn product_${i}(strip: i32, first: i32) -> array<vec4<f32>, ROWS> {
    var sums: array<vec4<f32>, ROWS>;
    for (var quad = i32(localIndex); quad < uniforms.quads; quad += LANES) {
      let codes = codesAt_${i}(strip, quad);
      for (var r = 0; r < ROWS; r++) {
        let four = input(first + r, r, quad);
        sums[r] += scaled_${i}(four * codes, dot(four, vec4(1.0)), strip, quad);
      }
    }
    return sums;
  }`;
}

function segmentText(i: number, isGated: boolean): string {
  const before = Array.from({ length: i }, (_, j) => j);
  const strips = before.map((j) => ` - uniforms.strips_${j}`).join("");
  return /* wgsl */ `if (strip < ${[...before, i].map((j) => `uniforms.strips_${j}`).join(" + ")}) {
      strip = strip${strips};
      start = ${before.map((j) => `uniforms.outputs_${j}`).join(" + ") || "0"};
      outputs = uniforms.outputs_${i};
      sums = product_${i}(strip, first);
      ${isGated ? "others = product_1(strip, first);" : ""}
    }`;
}

/** `measure`, which every thread calls first, and `normed` of four numbers. */
function normText({ kind, unitOffset, hasBias }: NormShape, aligned: boolean): string {
  const isCentered = kind === "layerNorm";
  return /* wgsl */ `
  ${readText("gamma", "width", aligned)}
  ${hasBias ? readText("beta", "width", aligned) : ""}
  var<private> centers: array<f32, ROWS>;
  var<private> factors: array<f32, ROWS>;
  fn measure(first: i32) {
    for (var r = 0; r < ROWS; r++) {
      var sum = vec4<f32>();
      ${isCentered ? "for (var quad = i32(localIndex); quad < uniforms.quads; quad += LANES) { sum += x_at(first + r, quad); }" : ""}
      let center = ${isCentered ? "dot(total(sum), vec4(1.0)) / f32(uniforms.width)" : "0.0"};
      var squares = vec4<f32>();
      for (var quad = i32(localIndex); quad < uniforms.quads; quad += LANES) {
        let inside = 4 * quad + vec4(0, 1, 2, 3) < vec4(uniforms.width);
        let c = select(vec4<f32>(), x_at(first + r, quad) - center, inside);
        squares += c * c;
      }
      centers[r] = center;
      factors[r] = inverseSqrt(dot(total(squares), vec4(1.0)) / f32(uniforms.width) + uniforms.eps);
    }
  }
  fn normed(four: vec4<f32>, r: i32, quad: i32) -> vec4<f32> {
    let weight = gamma_at(0, quad)${unitOffset ? " + 1.0" : ""};
    return (four - centers[r]) * factors[r] * weight${hasBias ? " + beta_at(0, quad)" : ""};
  }`;
}

/** The same of what the result is added to, a row of which is as wide as the result. */
function residualNormText({ kind, unitOffset, hasBias }: NormShape): string {
  const isCentered = kind === "layerNorm";
  return /* wgsl */ `
  var<private> residualCenters: array<f32, ROWS>;
  var<private> residualFactors: array<f32, ROWS>;
  fn measureResidual(first: i32) {
    let width = uniforms.outputs_0;
    for (var r = 0; r < ROWS; r++) {
      let start = min(first + r, uniforms.rows - 1) * width;
      var sum = 0.0;
      ${isCentered ? "for (var i = i32(localIndex); i < width; i += LANES) { sum += residual[start + i]; }" : ""}
      let center = ${isCentered ? "total(vec4(sum)).x / f32(width)" : "0.0"};
      var squares = 0.0;
      for (var i = i32(localIndex); i < width; i += LANES) {
        let c = residual[start + i] - center;
        squares += c * c;
      }
      residualCenters[r] = center;
      residualFactors[r] = inverseSqrt(total(vec4(squares)).x / f32(width) + uniforms.residualEps);
    }
  }
  fn residualAt(row: i32, r: i32, i: i32) -> f32 {
    let c = (residual[row * uniforms.outputs_0 + i] - residualCenters[r]) * residualFactors[r];
    return c * (residualGamma[i]${unitOffset ? " + 1.0" : ""})${hasBias ? " + residualBeta[i]" : ""};
  }`;
}
