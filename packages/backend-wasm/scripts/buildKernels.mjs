// Compiles assembly/ twice, for plain and for relaxed SIMD, and writes both as base64 into generated/kernelBytes.ts,
// with the text of the threads: so any bundler, and Node, take them along without asset paths.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));

async function compile(relaxed) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      ...["assembly/index.ts", "--baseDir", root, "--outFile", "kernels.wasm"],
      ...["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--enable", "threads"],
      ...(relaxed ? ["--enable", "relaxed-simd"] : []),
      ...["--use", `USE_RELAXED=${relaxed ? 1 : 0}`],
      ...["--importMemory", "--initialMemory", "1", "--maximumMemory", "65536"], // a maximum, so that it can be shared
    ],
    { writeFile: (_name, contents) => void (binary = contents) },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  refuseData(binary);
  return binary;
}

// A data segment would be written over tfjs's memory on instantiation.
function refuseData(binary) {
  let at = 8;
  while (at < binary.length) {
    const id = binary[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (id === 11 && binary[at] !== 0) throw new Error("expected kernels without data, got a data section");
    at += size;
  }
}

const [plain, relaxed] = [await compile(false), await compile(true)];
const thread = await readFile(new URL("../src/kernelThread.js", import.meta.url), "utf8");
await mkdir(new URL("../generated", import.meta.url), { recursive: true });
await writeFile(
  new URL("../generated/kernelBytes.ts", import.meta.url),
  `// Written by scripts/buildKernels.mjs from assembly/.

/** The kernels for plain SIMD, a wasm module in base64. */
export const PLAIN_KERNELS =
  "${Buffer.from(plain).toString("base64")}";

/** The kernels for relaxed SIMD, a wasm module in base64. */
export const RELAXED_KERNELS =
  "${Buffer.from(relaxed).toString("base64")}";

/** The text of src/kernelThread.js. */
export const THREAD_SOURCE =
  ${JSON.stringify(thread)};
`,
);
