import type { DropoutKey } from "@qkv/ops";
import { type Kernel, sizeOf, type Tensors } from "../kernel.ts";
import { f32, type Uniform, u32 } from "../runShader.ts";
import { elementShader, runElements } from "./elementShader.ts";

/** QkvDropout, its own gradient. */
export const dropout: Kernel = (backend, inputs, attrs) => {
  const { x } = inputs as Tensors<"x">;
  return runElements(backend, shader(), sizeOf(x), {
    inputs: { x },
    outputs: { y: x.shape },
    uniforms: dropoutUniforms(attrs as DropoutKey),
  }).y;
};

/** The uniforms that `DROPOUT_FACTOR` reads. */
export function dropoutUniforms({ first, second, threshold, scale }: DropoutKey): Readonly<Record<string, Uniform>> {
  return { dropoutKey: u32(first, second, threshold), keptScale: f32(scale) };
}

/** `dropoutFactor(index)`: the hash of `dropoutFactors` in @qkv/ops, bit for bit. */
export const DROPOUT_FACTOR = /* wgsl */ `
  fn dropoutFactor(index: u32) -> f32 {
    var h = index ^ uniforms.dropoutKey.x;
    h ^= h >> 16u;
    h *= 0x7feb352du;
    h ^= h >> 15u;
    h = (h + uniforms.dropoutKey.y) * 0x846ca68bu;
    h ^= h >> 16u;
    return select(0.0, uniforms.keptScale, h >= uniforms.dropoutKey.z);
  }`;

const shader = elementShader("dropout", () => "result[i] = x[i] * dropoutFactor(u32(i));", DROPOUT_FACTOR);
