/**
 * Path of the native kernels for this platform, an addon of Node-API whose `attach` gives kernels that work on a heap.
 *
 * @throws Error if there are none
 */
export function addonPath(): string {
  const [fs, url] = [process.getBuiltinModule("node:fs"), process.getBuiltinModule("node:url")];
  const here = import.meta.url; // in a variable, or bundlers would look for the file
  const path = url.fileURLToPath(new URL(`../native/${process.platform}-${process.arch}.node`, here));
  if (fs.existsSync(path)) return path;
  throw new Error(`there are no native kernels for ${process.platform} on ${process.arch}: expected ${path}`);
}
