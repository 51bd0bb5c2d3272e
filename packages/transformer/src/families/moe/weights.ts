import type { NameMap, WeightRules } from "@qkv/nn";
import {
  DECODER_ATTENTION,
  DECODER_ENDS,
  DECODER_GATED,
  DECODER_PRE_NORMS,
  decoderWeights,
} from "../../family/decoderWeights.ts";
import type { MoeConfig } from "./config.ts";
import type { MoeType } from "./modelTypes.ts";

const MLP = "model.layers.*.mlp";
const SPARSE = "model.layers.*.block_sparse_moe";

function rules(at: string, [gate, up, down]: readonly [string, string, string], more: NameMap) {
  return decoderWeights<MoeConfig>(
    {
      ...DECODER_ENDS,
      ...DECODER_PRE_NORMS,
      ...DECODER_ATTENTION,
      "layers.*.ffn.router.weight": `${at}.gate.weight`,
      "layers.*.ffn.experts.*.gateProj.weight": `${at}.experts.*.${gate}.weight`,
      "layers.*.ffn.experts.*.upProj.weight": `${at}.experts.*.${up}.weight`,
      "layers.*.ffn.experts.*.downProj.weight": `${at}.experts.*.${down}.weight`,
      ...more,
    },
    {
      // As transformers 5 holds them, all experts of a layer in one array.
      alternatives: [
        {
          from: `${MLP}.experts.gate_up_proj`,
          into: [gate, up].map((part) => `${at}.experts.*.${part}.weight`),
        },
        { from: `${MLP}.experts.down_proj`, into: [`${at}.experts.*.${down}.weight`] },
        ...(at === MLP ? [] : [{ from: `${MLP}.gate.weight`, into: [`${at}.gate.weight`] }]),
      ],
    },
  );
}

const QWEN = rules(MLP, ["gate_proj", "up_proj", "down_proj"], {
  ...DECODER_GATED,
  "layers.*.ffn.shared.gateProj.weight": `${MLP}.shared_expert.gate_proj.weight`,
  "layers.*.ffn.shared.upProj.weight": `${MLP}.shared_expert.up_proj.weight`,
  "layers.*.ffn.shared.downProj.weight": `${MLP}.shared_expert.down_proj.weight`,
  "layers.*.ffn.sharedGate.weight": `${MLP}.shared_expert_gate.weight`,
});

/** The weights of `MixtralForCausalLM` and its relatives: experts one by one, or all of a layer in one array. */
export const MOE_WEIGHTS: Readonly<Record<MoeType, WeightRules<MoeConfig>>> = {
  mixtral: rules(SPARSE, ["w1", "w3", "w2"], {}),
  qwen2_moe: QWEN,
  qwen3_moe: QWEN,
};
