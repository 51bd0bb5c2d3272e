export { startWasm } from "./startWasm.ts";
