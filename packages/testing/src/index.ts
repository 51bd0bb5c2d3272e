export type { Values } from "./arrayOf.ts";
export { type AttackLine, type AttackOptions, AttackTable, watchAttack } from "./attack.ts";
export { checkGradients, type CheckGradientsOptions } from "./checkGradients.ts";
export { countGpuWork, type GpuWork, type GpuWorkCounter } from "./countGpuWork.ts";
export { describeBackends } from "./describeBackends.ts";
export { ClosenessError, expectClose } from "./expectClose.ts";
export { expectNoLeaks } from "./expectNoLeaks.ts";
export { type Golden, golden, type GoldenArray } from "./golden.ts";
export {
  type AskedOfHub,
  type HubFaults,
  type HubRoutes,
  hubRoutes,
  type HubServer,
  type Repository,
  startHub,
  startWeb,
} from "./hubServer.ts";
export {
  expectSameAsCpu,
  type Operation,
  type SameAsCpuOptions,
  valueAndGradients,
  wave,
  type Wave,
} from "./sameAsCpu.ts";
export { type Tolerance, toleranceOf, TOLERANCES } from "./tolerance.ts";
export { writeTinyModels } from "./tinyModels.ts";
export { speechFiles, tinySpeech } from "./tinySpeech.ts";
