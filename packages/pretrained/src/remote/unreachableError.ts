import { PretrainedError } from "../files/pretrainedError.ts";

/** Error without a response: no network, no such server, or a connection that breaks repeatedly. */
export class UnreachableError extends PretrainedError {
  override readonly name = "UnreachableError";
}
