export {
  initBackend,
  BackendError,
  BACKEND_NAMES,
  type BackendName,
  type BackendOptions,
  type BackendReport,
} from "./initBackend.ts";
export { memoryReport, type MemoryReport } from "./memoryReport.ts";
export { DeviceLostError } from "@qkv/ops";
