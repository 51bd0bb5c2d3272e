/**
 * Reads a file of this package in Node: at `address`, or, where a bundler did not include it, in node_modules.
 *
 * @param path as package.json exports it: "wasm/kernels.wasm"
 * @throws Error naming the file
 */
export async function readInstalledFile(path: string, address: () => URL): Promise<Uint8Array<ArrayBuffer>> {
  // Not import(): bundlers for pages would look for these modules.
  const { readFile } = process.getBuiltinModule("node:fs/promises");
  try {
    return await readFile(address());
  } catch {
    return readFile(resolveInNodeModules(path));
  }
}

function resolveInNodeModules(path: string): string {
  const { createRequire } = process.getBuiltinModule("node:module");
  const name = `@qkv/backend-wasm/${path}`;
  for (const from of [import.meta.url, `${process.cwd()}/`]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      continue;
    }
  }
  throw new Error(`expected the file ${name}, got none, neither beside this code nor in node_modules`);
}
