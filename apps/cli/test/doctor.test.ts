import { beforeAll, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

beforeAll(() => buildProgram(), 60_000);

test("qkv doctor says what there is, what is chosen, and that its kernels compute right", async () => {
  const { stdout, stderr, code } = await qkv(["doctor"], { env: { QKV_CACHE: "/nowhere/models" } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^engine +Node \d+\.\d+\.\d+, \w+ \w+\n/);
  expect(stdout).toMatch(/\nwasm +\d+ kernel tests passed in \d+ ms\n/);
  expect(stdout).toContain("kept in /nowhere/models\n");
});

test("the same as one JSON object", async () => {
  const found = JSON.parse((await qkv(["doctor", "--json"])).stdout) as Record<string, unknown>;
  const any = expect.any(String) as string;
  expect(found).toMatchObject({ engine: any, platform: any, cacheFolder: any, suggestions: expect.any(Array) as [] });
  expect(found["backends"]).toMatchObject([
    { name: "webgpu" },
    { name: "wasm", selfTest: { faults: [] } },
    { name: "cpu", selfTest: { tests: 0 } },
  ]);
});
