/** Error of a model that a graph of ONNX cannot say; the message names the field. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}
