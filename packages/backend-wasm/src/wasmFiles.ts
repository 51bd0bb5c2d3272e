import { isNode } from "@qkv/ops";
import { readInstalledFile } from "./installedFile.ts";

/** A .wasm file of this package: tfjs's module, or the kernels for a kind of SIMD. */
export type WasmFile = "tfjs-backend-wasm-simd.wasm" | "kernels.wasm" | "kernels-relaxed.wasm" | "kernels-wide.wasm";

/** Location of the .wasm files: a folder's URL ending in a slash, or a URL for each file that is not in its place. */
export type WasmPaths = string | Readonly<Record<string, string>>;

/** Compiles a module of the package, with memory that threads share if `shared`. */
export type CompileWasm = (file: WasmFile, shared: boolean, paths?: WasmPaths) => Promise<WebAssembly.Module>;

/** The address of each file, in the form that bundlers detect; but for the one that no page loads. */
const ADDRESSES: Readonly<Record<WasmFile, () => URL>> = {
  "tfjs-backend-wasm-simd.wasm": () => new URL("../wasm/tfjs-backend-wasm-simd.wasm", import.meta.url),
  "kernels.wasm": () => new URL("../wasm/kernels.wasm", import.meta.url),
  "kernels-relaxed.wasm": () => new URL("../wasm/kernels-relaxed.wasm", import.meta.url),
  "kernels-wide.wasm": () => new URL("kernels-wide.wasm", ADDRESSES["kernels.wasm"]()),
};

/**
 * Reads a .wasm file.
 *
 * @throws Error naming where it was expected, what came instead, and the cure
 */
export async function readWasm(file: WasmFile, paths?: WasmPaths): Promise<Uint8Array<ArrayBuffer>> {
  const named = typeof paths === "string" ? `${paths}${file}` : paths?.[file];
  const bytes = isNode() ? await readOnDisk(file, named) : await download(file, named ?? ADDRESSES[file]());
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new Error(`expected ${file}${named === undefined ? "" : ` at ${named}`}, got a file that is not wasm`);
  }
  return bytes;
}

const MAGIC = [0, 0x61, 0x73, 0x6d]; // "\0asm"

function readOnDisk(file: WasmFile, named: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  if (named === undefined) return readInstalledFile(`wasm/${file}`, ADDRESSES[file]);
  const { readFile } = process.getBuiltinModule("node:fs/promises");
  return readFile(named.startsWith("file:") ? new URL(named) : named);
}

async function download(file: WasmFile, address: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address, { credentials: "same-origin" }).catch((error: unknown) => {
    throw new Error(`expected ${file} at ${address}, got ${String(error)}; ${CURE}`, { cause: error });
  });
  const expected = `expected ${file} at ${response.url}`;
  if (!response.ok) throw new Error(`${expected}, got ${response.status}; ${CURE}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (isHtml(bytes)) throw new Error(`${expected}, got an HTML page: the server has no such file; ${CURE}`);
  return bytes;
}

const CURE = "copy the folder wasm of @qkv/backend-wasm to the server and name its address by the option wasmPaths";

/** Whether bytes begin like a page, which many servers return for any file that they do not have. */
function isHtml(bytes: Uint8Array): boolean {
  return /^\uFEFF?\s*<(?:!doctype|html|head|!--)/i.test(new TextDecoder().decode(bytes.subarray(0, 100)));
}
