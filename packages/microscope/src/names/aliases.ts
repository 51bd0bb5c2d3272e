import type { BlockSpec } from "@qkv/transformer";
import type { Anatomy, Side } from "../model/anatomy.ts";

/** The name of an activation in TransformerLens, and its path here. */
type Alias = readonly [name: string, path: string];

/**
 * TransformerLens's names of the activations that a model has: `blocks.0.attn.hook_q` of models with one stack,
 * `encoder.0.attn.hook_q` and `decoder.0.cross_attn.hook_q` of an encoder-decoder. Its own layout is [batch, position, head,
 * width] where ours is [B, H, L, D].
 */
export function aliasesOf({ sides }: Anatomy): ReadonlyMap<string, string> {
  const isPair = sides.length > 1;
  return new Map(sides.flatMap((side) => sideAliases(side, isPair ? side.name : "blocks", isPair)));
}

function sideAliases(side: Side, blocks: string, isPair: boolean): readonly Alias[] {
  const { prefix, layers } = side;
  const ends: readonly Alias[] = [
    ["hook_embed", `${prefix}tokenEmbeddings`],
    ["hook_pos_embed", `${prefix}positionEmbeddings`],
    ["ln_final.hook_normalized", `${prefix}norm`],
  ];
  const inside = layers.flatMap(({ spec }, i) => {
    const before = i === 0 ? `${prefix}embeddings` : `${prefix}layers.${i - 1}`;
    return blockAliases(spec, `${prefix}layers.${i}`, before).map(([name, path]): Alias => [
      `${blocks}.${i}.${name}`,
      path,
    ]);
  });
  return [...(isPair ? [] : ends), ...inside];
}

function blockAliases(spec: BlockSpec, at: string, before: string): readonly Alias[] {
  const { placement } = spec.norm;
  const output = (sublayer: string) => outputPath(spec, at, sublayer);
  const isPost = placement === "post";
  return [
    ["hook_resid_pre", before],
    ...attentionAliases("attn", `${at}.selfAttn`),
    ["hook_attn_out", output("selfAttn")],
    ...(spec.crossAttn === undefined ? [] : attentionAliases("cross_attn", `${at}.crossAttn`)),
    ...(spec.crossAttn === undefined ? [] : [["hook_cross_attn_out", output("crossAttn")] as const]),
    ...(isPost ? [] : residualAliases(spec, at)),
    ["ln1.hook_normalized", `${at}.selfAttnNorm`],
    ["ln1_post.hook_normalized", `${at}.selfAttnPostNorm`],
    ["ln2.hook_normalized", `${at}.ffnNorm`],
    ["ln2_post.hook_normalized", `${at}.ffnPostNorm`],
    ["mlp.hook_pre", `${at}.ffn.preActivation`],
    ["mlp.hook_pre_linear", `${at}.ffn.up`],
    ["mlp.hook_post", `${at}.ffn.hidden`],
    ["hook_mlp_out", output("ffn")],
    [isPost ? "hook_normalized_resid_post" : "hook_resid_post", at],
  ];
}

/** The residual stream between the sublayers; of layers side by side there is none. */
function residualAliases({ parallel, crossAttn }: BlockSpec, at: string): readonly Alias[] {
  if (parallel !== undefined) return [];
  const middle: Alias = ["hook_resid_mid", `${at}.selfAttnResidual`];
  return crossAttn === undefined ? [middle] : [middle, ["hook_resid_mid_cross", `${at}.crossAttnResidual`]];
}

function attentionAliases(name: string, at: string): readonly Alias[] {
  return [
    [`${name}.hook_q`, `${at}.projectedQueries`],
    [`${name}.hook_k`, `${at}.projectedKeys`],
    [`${name}.hook_v`, `${at}.values`],
    [`${name}.hook_rot_q`, `${at}.queries`],
    [`${name}.hook_rot_k`, `${at}.keys`],
    [`${name}.hook_attn_scores`, `${at}.maskedScores`],
    [`${name}.hook_pattern`, `${at}.probabilities`],
    [`${name}.hook_z`, `${at}.heads`],
  ];
}

/** The path of what a sublayer gives before it joins the residual stream: after its own norm, if it has one there. */
export function outputPath({ norm: { placement } }: BlockSpec, at: string, sublayer: string): string {
  if (placement === "both") return `${at}.${sublayer}PostNorm`;
  return placement === "branch" ? `${at}.${sublayer}Norm` : `${at}.${sublayer}`;
}
