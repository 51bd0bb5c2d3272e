export { filesOf } from "./work/filesOf.ts";
export { type BackendStatus, type HearLoss, type LoadModel, ModelHost } from "./work/modelHost.ts";
export { serveWork } from "./work/serveWork.ts";
