/** How a model computes, where models differ: which code makes its numbers. */
export interface PassForm {
  readonly kind: "decoder" | "encoder" | "encoderDecoder";
  readonly feedForward: "mlp" | "gated" | "packed" | "experts";
  /** Whether attention and feed-forward read the same input, side by side. */
  readonly isParallel: boolean;
}

/** What a stage of a pass is called, whatever model and layer it is of: `queries`, `residual`, `gated.up`. */
export function stageKey(path: string, { kind, feedForward, isParallel }: PassForm): string {
  const [, inside] = /layers\.\d+\.(.+)$/.exec(path) ?? [];
  if (inside === undefined) {
    const name = path.replace(/^(?:encoder|decoder)\./, "");
    if (name === "norm") return "lastNorm";
    if (name === "transform") return name;
    return /^layers\.\d+$/.test(name) ? "layer" : `${kind}.${name}`;
  }
  const parallel = isParallel ? "parallel." : "";
  if (inside.endsWith("Norm")) return `${parallel}norm`;
  if (inside.endsWith("Residual")) return `${parallel}residual`;
  if (inside === "ffn") return `${feedForward}.output`;
  if (inside.startsWith("ffn.")) return `${feedForward}.${inside.slice("ffn.".length)}`;
  return /^(?:selfAttn|crossAttn)$/.test(inside) ? "attended" : inside.replace(/^(?:selfAttn|crossAttn)\./, "");
}

/** The stage itself, of any model: `queries`, `residual`, `up`, `logits`. */
export function stageName(key: string): string {
  return key
    .replace(/^(?:parallel|decoder|encoder|encoderDecoder)\./, "")
    .replace(/^(?:mlp|gated|packed|experts)\.output$/, "feedForward")
    .replace(/^(?:mlp|gated|packed|experts)\./, "");
}
