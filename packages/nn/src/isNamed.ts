import { checkString } from "@qkv/ops";

/**
 * Whether a parameter, or the module that it is the weight of, has `target` as the last steps of its path: `qProj`,
 * `layers.0.selfAttn.qProj` and `qProj.weight` each name `layers.0.selfAttn.qProj.weight`.
 */
export function isNamed(path: string, target: string): boolean {
  checkString("isNamed", "path", path);
  return [path, path.replace(/\.weight$/, "")].some((name) => name === target || name.endsWith(`.${target}`));
}
