import { PretrainedError } from "../files/pretrainedError.ts";

/** Nobody answered: no network, no such server, or a connection that breaks again and again. */
export class UnreachableError extends PretrainedError {
  override readonly name = "UnreachableError";
}
