export { modelLabel, type ModelSource } from "./model/modelSource.ts";
export { filesOf } from "./worker/filesOf.ts";
export { type HostApi, hostApi } from "./worker/hostApi.ts";
export { type BackendStatus, type DeviceLossListener, type LoadModel, ModelHost } from "./worker/modelHost.ts";
export { serveWorker } from "./worker/serveWorker.ts";
export { labelsOf } from "./worker/tokenLabels.ts";
export { zipFolder } from "./worker/zipFolder.ts";
