export { startWasm, type WasmReport } from "./startWasm.ts";
