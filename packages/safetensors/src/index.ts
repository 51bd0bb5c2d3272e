export { toFloat32, toInt32 } from "./convert.ts";
export { type Dtype, DTYPE_BYTES, isDtype } from "./dtype.ts";
export { fromBFloat16, fromFloat16, toBFloat16, toFloat16 } from "./half.ts";
export { checkFileBytes, headerBytes, parseHeader, type SafetensorsHeader, type TensorEntry } from "./header.ts";
export { parseSafetensors, type Safetensors } from "./parse.ts";
export { type NumberArray, type SafeTensor, safeTensor } from "./safeTensor.ts";
export { SafetensorsError } from "./safetensorsError.ts";
export { parseShardIndex, type ShardIndex } from "./shards.ts";
export { writeSafetensors } from "./write.ts";
