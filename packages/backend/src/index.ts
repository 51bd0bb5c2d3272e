export {
  initBackend,
  BackendError,
  BACKEND_NAMES,
  type BackendName,
  type BackendOptions,
  type BackendReport,
  type WorkEstimate,
} from "./initBackend.ts";
export { inspectMachine, type MachineReport, type Suggestion } from "./inspectMachine.ts";
export { memoryReport, type MemoryReport } from "./memoryReport.ts";
export { DeviceLostError } from "@qkv/ops";
