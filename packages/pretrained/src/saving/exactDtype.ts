import { fromBFloat16, fromFloat16, toBFloat16, toFloat16 } from "@qkv/safetensors";

/** The smallest dtype that holds every number. */
export function exactDtype(data: Float32Array): "F16" | "BF16" | "F32" {
  const isExact = (rounded: Float32Array) => rounded.every((value, i) => Object.is(value, data[i]));
  if (isExact(fromFloat16(toFloat16(data)))) return "F16";
  return isExact(fromBFloat16(toBFloat16(data))) ? "BF16" : "F32";
}
