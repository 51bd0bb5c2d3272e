export { exportOnnx, type ExportOnnxOptions, type OnnxFile } from "./exportOnnx.ts";
export { OnnxError } from "./onnxError.ts";
