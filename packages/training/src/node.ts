/**
 * Functions for Node only: checkpoints and logs of a run as files that survive a kill.
 *
 * @module
 */
export { fileCheckpoints, type FileCheckpointsOptions } from "./node/fileCheckpoints.ts";
export { type FolderLock, FolderLockedError, lockFolder } from "./node/lockFolder.ts";
export { type JsonlFields, type JsonlRow, type JsonlTypes, readJsonl } from "./node/readJsonl.ts";
export type { FileRecord } from "./node/records/record.ts";
export { readRecords } from "./node/records/readRecords.ts";
export { replaceFile } from "./node/replaceFile.ts";
export { tensorBoardLog, type TensorBoardLog } from "./node/tensorBoardLog.ts";
export { trainingLog, type TrainingLog, type TrainingLogOptions } from "./node/trainingLog.ts";
