export type { Simd } from "./kernelModule.ts";
export { startWasm, type WasmReport } from "./startWasm.ts";
