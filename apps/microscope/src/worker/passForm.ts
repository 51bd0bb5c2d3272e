import type { MicroscopeModel } from "@qkv/microscope";
import { modelOutline } from "@qkv/microscope";
import type { Block } from "@qkv/transformer";
import type { PassForm } from "../flow/stageKey.ts";

interface Stacked {
  readonly layers?: readonly Block[];
}

/** Which code runs in a model. */
export function passForm(model: MicroscopeModel): PassForm {
  const { encoder, decoder, layers } = model as Stacked & { readonly encoder?: Stacked; readonly decoder?: Stacked };
  const [block] = layers ?? decoder?.layers ?? encoder?.layers ?? [];
  const kind = block?.spec.ffn.kind;
  const isPacked = block !== undefined && "gateUpProj" in block.ffn;
  return {
    kind: modelOutline(model).kind,
    feedForward: kind === "experts" ? "experts" : kind !== "gated" ? "mlp" : isPacked ? "packed" : "gated",
    isParallel: block?.spec.parallel !== undefined,
  };
}
