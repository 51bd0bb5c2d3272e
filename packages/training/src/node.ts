export { fileCheckpoints, type FileCheckpointsOptions } from "./node/fileCheckpoints.ts";
export { replaceFile } from "./node/replaceFile.ts";
export { trainingLog, type TrainingLog, type TrainingLogOptions } from "./node/trainingLog.ts";
