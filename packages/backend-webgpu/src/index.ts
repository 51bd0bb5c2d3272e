export { startWebgpu } from "./startWebgpu.ts";
export { createDawn, type Dawn } from "./dawn.ts";
