export { startWebgpu } from "./startWebgpu.ts";
