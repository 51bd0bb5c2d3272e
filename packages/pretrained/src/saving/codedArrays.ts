import { checkpointName, type Params, type WeightRules } from "@qkv/nn";
import { readCodes, type Weight } from "@qkv/ops";
import type { SafeTensor } from "@qkv/safetensors";
import { PretrainedError } from "../files/pretrainedError.ts";
import { affineTensors } from "./affineTensors.ts";

/** The codes of a model as arrays of a file, and the fields of `config.json` that say so. */
export interface CodedArrays {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly config: Readonly<Record<string, unknown>>;
}

const GROUP_SIZE = 32;

/**
 * Lays the codes of a model out as MLX does: `X.weight` in words, `X.scales` and `X.biases`, and `quantization` in the
 * config, with the bits of most matrices, and those of others by their names.
 *
 * @param isCoded which weights
 * @throws PretrainedError naming the weight whose codes the layout does not hold exactly, or whose file has another name or
 *   order for it
 */
export async function codedArrays(
  params: Params,
  { rename, split = [], transpose = [] }: Pick<WeightRules, "rename" | "split" | "transpose">,
  isCoded: (path: string, weight: Weight) => boolean,
): Promise<CodedArrays> {
  const patterns = new Set([...transpose, ...split.flatMap(({ into }) => into)]);
  const tensors = new Map<string, SafeTensor>();
  const bits = new Map<string, number>();
  for (const [path, weight] of params.weights()) {
    if (!isCoded(path, weight)) continue;
    const name = checkpointName(rename, path) ?? "";
    const pattern = name.replace(/(?<=\.)\d+(?=\.)/g, "*");
    if (!name.endsWith(".weight") || patterns.has(pattern)) {
      refuse(
        path,
        `a weight that files store alone and as it is held, under a name that ends with .weight, got ${name}`,
      );
    }
    const [rows = 0, columns = 0] = weight.shape as readonly number[];
    const found = affineTensors(await readCodes(weight), [rows, columns]);
    if (found === undefined) refuse(path, `codes that MLX's layout holds exactly, got others`);
    const module = name.replace(/\.weight$/, "");
    bits.set(module, found.bits);
    for (const [part, tensor] of Object.entries(found.tensors)) tensors.set(`${module}.${part}`, tensor);
  }
  return { tensors, config: configOf(bits) };
}

function refuse(path: string, expected: string): never {
  throw new PretrainedError(
    `savePretrained: ${path}: expected ${expected}: save it in F32 or F16, or skip it when you quantize`,
  );
}

function configOf(bits: ReadonlyMap<string, number>): Record<string, unknown> {
  const counts = new Map<number, number>();
  for (const each of bits.values()) counts.set(each, (counts.get(each) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  if (most === undefined) return {};
  const others = [...bits].filter(([, each]) => each !== most);
  const overrides = others.map(([module, each]) => [module, { group_size: GROUP_SIZE, bits: each }]);
  return { quantization: { group_size: GROUP_SIZE, bits: most, ...Object.fromEntries(overrides) } };
}
