import { expect, test } from "vitest";
import type { Adapter } from "./gpu.ts";
import { softwareName } from "./softwareName.ts";

test.each<[string, Adapter, string | undefined]>([
  ["SwiftShader", { info: { vendor: "google", description: "SwiftShader driver 5.0.0" } }, "SwiftShader driver 5.0.0"],
  ["SwiftShader in Chromium", { info: { vendor: "google", architecture: "swiftshader" } }, "swiftshader"],
  [
    "Mesa's software renderer",
    { info: { vendor: "mesa", device: "llvmpipe (LLVM 15.0.6)" } },
    "llvmpipe (LLVM 15.0.6)",
  ],
  ["a fallback without a name", { info: { isFallbackAdapter: true, vendor: "" } }, "a fallback adapter"],
  ["a fallback of an older engine", { isFallbackAdapter: true, info: { vendor: "acme" } }, "acme"],
  ["hardware", { info: { vendor: "nvidia", architecture: "hopper", isFallbackAdapter: false } }, undefined],
  ["hardware that says nothing", {}, undefined],
])("softwareName: %s", (_name, adapter, expected) => {
  expect(softwareName(adapter)).toBe(expected);
});
