import type { NamedVariables } from "@qkv/training";
import type { FamilyModel } from "@qkv/transformer";

/**
 * Everything of a model that training changes: all but its buffers.
 *
 * @throws RangeError if weights are packed, naming one
 */
export function trainedParameters({ params }: FamilyModel): NamedVariables {
  return params.named("matrix", "embedding", "norm", "bias", "scale");
}
