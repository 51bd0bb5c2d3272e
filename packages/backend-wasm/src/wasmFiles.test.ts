import { readFile } from "node:fs/promises";
import { afterEach, expect, test, vi } from "vitest";
import { chooseSimd } from "./kernelModule.ts";
import { readWasm } from "./wasmFiles.ts";

let inNode = false;
vi.mock("@qkv/ops", () => ({ isNode: () => inNode }));
afterEach(() => {
  inNode = false;
  vi.unstubAllGlobals();
});

const FILE = "kernels.wasm";
const WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** A page's fetch that gives `body`, and the addresses that it was asked for. */
function stubFetch(body: BodyInit, status = 200): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (address: string | URL) => {
    asked.push(String(address));
    const response = new Response(body, { status });
    return Promise.resolve(Object.defineProperty(response, "url", { value: String(address) }));
  });
  return asked;
}

test("a page asks for a file beside the code, or where it is told", async () => {
  const asked = stubFetch(WASM);
  expect(await readWasm(FILE)).toEqual(WASM);
  await readWasm(FILE, "https://cdn.test/wasm/");
  await readWasm(FILE, { [FILE]: "/k.wasm", other: "/o.wasm" });
  await readWasm(FILE, { other: "/o.wasm" });
  const beside = new URL("../wasm/kernels.wasm", import.meta.url).href;
  expect(asked).toEqual([beside, "https://cdn.test/wasm/kernels.wasm", "/k.wasm", beside]);
});

test.each([
  ["an HTML page", "<!DOCTYPE html><title>QKV</title>", 200, "got an HTML page: the server has no such file; copy"],
  ["an HTML page with a mark and a comment", "\uFEFF\n<!-- x --><html>", 200, "got an HTML page"],
  ["a refusal", "no", 404, "got 404; copy the folder wasm of @qkv/backend-wasm"],
  ["another file", "version https://git-lfs.github.com/spec/v1", 200, "got a file that is not wasm"],
  ["nothing", "", 200, "got a file that is not wasm"],
])("%s in the place of a file is told, with the cure", async (_, body, status, words) => {
  stubFetch(body, status);
  const attempt = readWasm(FILE, "/wasm/");
  await expect(attempt).rejects.toThrow(`expected ${FILE} at /wasm/${FILE}, `);
  await expect(attempt).rejects.toThrow(words);
});

test("a server that does not answer is told, with the cure", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(readWasm(FILE, "/wasm/")).rejects.toThrow(
    `expected ${FILE} at /wasm/${FILE}, got TypeError: Failed to fetch; copy`,
  );
});

test("Node reads the files of the package, which are what the engine is asked about", async () => {
  inNode = true;
  const relaxed = await readWasm("kernels-relaxed.wasm");
  expect(relaxed).toEqual(await readFile(new URL("../wasm/kernels-relaxed.wasm", import.meta.url)));
  expect(chooseSimd()).toBe(WebAssembly.validate(relaxed) ? "relaxed" : "plain");
  expect(chooseSimd(false)).toBe("plain");
  expect(WebAssembly.validate(await readWasm("kernels.wasm"))).toBe(true);
});
