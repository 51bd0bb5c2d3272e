export type { Simd } from "./kernelModule.ts";
export { startWasm } from "./startWasm.ts";
export type { WasmReport } from "./startWith.ts";
