// Compiles assembly/ for plain, for relaxed and for wide SIMD into wasm/, and puts tfjs's own module beside them: so one
// package has all files that have to be found, and says by `new URL(..., import.meta.url)` where they are.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));

async function compile({ relaxed = false, wide = false }) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      ...[
        "assembly/index.ts",
        ...(wide ? ["assembly/wideTile.ts"] : []),
        "--baseDir",
        root,
        "--outFile",
        "kernels.wasm",
      ],
      ...["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--enable", "threads"],
      ...(relaxed ? ["--enable", "relaxed-simd"] : []),
      ...["--use", `USE_RELAXED=${relaxed ? 1 : 0}`, "--use", `USE_WIDE=${wide ? 1 : 0}`],
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

const folder = new URL("../wasm/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("kernels.wasm", folder), await compile({}));
await writeFile(new URL("kernels-relaxed.wasm", folder), await compile({ relaxed: true }));
await writeFile(new URL("kernels-wide.wasm", folder), await compile({ relaxed: true, wide: true }));

const TFJS = "tfjs-backend-wasm-simd.wasm";
const { resolve } = createRequire(import.meta.url);
await copyFile(resolve(`@tensorflow/tfjs-backend-wasm/wasm-out/${TFJS}`), new URL(TFJS, folder));
