import type { WasmOptions } from "@qkv/ops";
import { experimentalSimd, setFlag } from "./experimentalSimd.ts";
import { chooseSimd, type Simd, startKernels } from "./kernelModule.ts";
import { productTest, requireFaster, testMemory } from "./productTest.ts";
import type { CompileWasm, WasmFile } from "./wasmFiles.ts";

/** The kernels to run. */
export interface ChosenKernels {
  readonly simd: Simd;
  readonly module: WebAssembly.Module;
  /** Reason why they are not the widest, if those were asked for. */
  readonly simdFallbackReason?: string;
}

const FILES: Readonly<Record<Simd, WasmFile>> = {
  wide: "kernels-wide.wasm",
  relaxed: "kernels-relaxed.wasm",
  plain: "kernels.wasm",
};

/** Compiles the kernels for the SIMD of this engine; with `wide` also for what it has behind a flag, after a test. */
export async function chooseKernels(
  compile: CompileWasm,
  shared: boolean,
  { relaxedSimd, wide = false, wasmPaths }: WasmOptions,
): Promise<ChosenKernels> {
  const usual = chooseSimd(relaxedSimd);
  const compiled = (simd: Simd) => compile(FILES[simd], shared, wasmPaths);
  const module = await compiled(usual);
  if (!wide) return { simd: usual, module };
  try {
    const { simd, flag } = experimentalSimd();
    if (simd === usual) return { simd, module }; // Node 20 was started with the flag
    setFlag(flag, true);
    try {
      const tried = await compiled(simd);
      const test = async (kernels: WebAssembly.Module) => {
        const memory = testMemory(shared);
        return productTest(await startKernels(kernels, memory), memory);
      };
      await requireFaster(await test(tried), await test(module));
      return { simd, module: tried };
    } catch (error) {
      setFlag(flag, false);
      throw error;
    }
  } catch (error) {
    return { simd: usual, module, simdFallbackReason: error instanceof Error ? error.message : String(error) };
  }
}
