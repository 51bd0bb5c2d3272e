import { fromFloat16, toFloat16 } from "@qkv/safetensors";

/** Half precision where it holds all of `lists`, else single. */
export function scaleDtype(...lists: readonly Float32Array[]): "F16" | "F32" {
  return lists.every(areHalves) ? "F16" : "F32";
}

function areHalves(values: Float32Array): boolean {
  return fromFloat16(toFloat16(values)).every((value, i) => value === values[i]);
}
