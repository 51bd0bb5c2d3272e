export type { EncoderModel } from "./encoder/encoderGraph.ts";
export {
  exportOnnx,
  type ExportOnnxOptions,
  isOnnxExportable,
  type OnnxExportable,
  type OnnxFile,
} from "./exportOnnx.ts";
export { OnnxError } from "./onnxError.ts";
