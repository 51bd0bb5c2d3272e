import { existsSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { addonPath } from "./addonPath.ts";

afterEach(() => vi.unstubAllGlobals());

test("names the file of a platform that has none", () => {
  vi.stubGlobal("process", {
    ...process,
    getBuiltinModule: process.getBuiltinModule,
    platform: "sunos",
    arch: "sparc",
  });
  expect(() => addonPath()).toThrow(/^there are no native kernels for sunos on sparc: expected \/.*sunos-sparc\.node$/);
});

test("finds the file of this one, where it was built", () => {
  try {
    expect(existsSync(addonPath())).toBe(true);
  } catch (error) {
    expect((error as Error).message).toContain(`for ${process.platform} on ${process.arch}: expected`);
  }
});
