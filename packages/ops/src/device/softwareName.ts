import type { Adapter } from "./gpu.ts";

/** The name of the software renderer that `adapter` is, or undefined for hardware. */
export function softwareName(adapter: Adapter): string | undefined {
  const { info } = adapter;
  const names = [info?.description, info?.device, info?.architecture, info?.vendor].filter(
    (name) => name !== undefined && name !== "",
  );
  const known = names.find((name) => /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i.test(name ?? ""));
  if (known !== undefined) return known;
  return adapter.isFallbackAdapter === true || info?.isFallbackAdapter === true
    ? (names[0] ?? "a fallback adapter")
    : undefined;
}
