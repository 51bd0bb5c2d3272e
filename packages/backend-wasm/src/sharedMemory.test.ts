import { expect, test } from "vitest";
import { withSharedMemory } from "./sharedMemory.ts";

const HEAD = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
const name = (text: string) => [text.length, ...Buffer.from(text)];
const bytes = (...sections: number[][]) => Uint8Array.from([...HEAD, ...sections.flat()]);

const TYPE = section(1, 1, 0x60, 0, 0); // () -> ()
const FUNCTION_IMPORT = [...name("env"), ...name("f"), 0, 0];
const GLOBAL_IMPORT = [...name("env"), ...name("g"), 3, 0x7f, 0];
const memoryImport = (...limits: number[]) => [...name("env"), ...name("memory"), 2, ...limits];
const EXPORT = section(7, 1, ...name("memory"), 2, 0);

test("a module's own memory becomes shared, and nothing else changes", () => {
  const plain = bytes(section(5, 1, 1, 2, 3), EXPORT);
  const shared = withSharedMemory(plain);
  const { memory } = new WebAssembly.Instance(new WebAssembly.Module(shared)).exports as { memory: WebAssembly.Memory };
  expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(memory.buffer.byteLength).toBe(2 * 65536);
  expect(memory.grow(1)).toBe(2);
  expect(() => memory.grow(1)).toThrow(RangeError);
  expect([...plain].filter((byte, i) => byte !== shared[i])).toEqual([1]);
});

test("an imported memory, behind other imports", () => {
  const imports = section(2, 3, ...FUNCTION_IMPORT, ...GLOBAL_IMPORT, ...memoryImport(1, 1, 3));
  const module = new WebAssembly.Module(withSharedMemory(bytes(TYPE, imports)));
  const env = (memory: WebAssembly.Memory) => ({ env: { f: () => undefined, g: 1, memory } });
  const shared = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
  expect(new WebAssembly.Instance(module, env(shared))).toBeDefined();
  const plain = new WebAssembly.Memory({ initial: 1, maximum: 3 });
  expect(() => new WebAssembly.Instance(module, env(plain))).toThrow(WebAssembly.LinkError);
});

test.each([
  ["no memory", bytes(TYPE)],
  ["a memory without a maximum", bytes(section(5, 1, 0, 1))],
])("%s is told", (_, module) => {
  expect(() => withSharedMemory(module)).toThrow("expected a wasm module with a memory that has a maximum");
});
