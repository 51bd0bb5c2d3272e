import { checkpointName, type Params, type WeightRules } from "@qkv/nn";
import { readCodes, type Weight } from "@qkv/ops";
import type { SafeTensor } from "@qkv/safetensors";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { CodeLayout } from "./layouts/codeLayout.ts";
import { compressedTensorsLayout } from "./layouts/compressedTensors.ts";
import { mlxLayout } from "./layouts/mlx.ts";

/** The codes of a model as arrays of a file, and the fields of `config.json` that say so. */
export interface CodedArrays {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The name of a layout of codes in safetensors files. */
export type CodeLayoutName = "mlx" | "compressed-tensors";

/** The layouts by name. */
export const CODE_LAYOUTS: Readonly<Record<CodeLayoutName, CodeLayout<unknown>>> = {
  mlx: mlxLayout as CodeLayout<unknown>,
  "compressed-tensors": compressedTensorsLayout as CodeLayout<unknown>,
};

/**
 * Lays the codes of a model out.
 *
 * @param isCoded which weights
 * @throws PretrainedError naming the weight whose codes the layout does not hold exactly, or whose file has another name or
 *   order for it
 */
export async function codedArrays(
  params: Params,
  { rename, split = [], transpose = [] }: Pick<WeightRules, "rename" | "split" | "transpose">,
  isCoded: (path: string, weight: Weight) => boolean,
  layout: CodeLayout<unknown>,
): Promise<CodedArrays> {
  const patterns = new Set([...transpose, ...split.flatMap(({ into }) => into)]);
  const tensors = new Map<string, SafeTensor>();
  const schemes = new Map<string, unknown>();
  const floats: string[] = [];
  for (const [path, weight] of params.weights()) {
    const name = checkpointName(rename, path) ?? "";
    const module = name.replace(/\.weight$/, "");
    if (!isCoded(path, weight)) {
      if (weight.kind === "matrix") floats.push(module);
      continue;
    }
    const pattern = name.replace(/(?<=\.)\d+(?=\.)/g, "*");
    if (module === name || patterns.has(pattern)) {
      const expected = "a weight that files store alone and as it is held, under a name that ends with .weight";
      refuse(path, `${expected}, got ${name}`);
    }
    if (weight.kind === "embedding" && !layout.holdsTables) {
      refuse(path, `${layout.title} to hold it, got a table, which stays as it is there`);
    }
    const [rows = 0, columns = 0] = weight.shape as readonly number[];
    const found = layout.arraysOf(await readCodes(weight), [rows, columns]);
    if (found === undefined) refuse(path, `codes that ${layout.title} holds exactly, got others`);
    schemes.set(module, found.scheme);
    for (const [part, tensor] of Object.entries(found.tensors)) tensors.set(`${module}.${part}`, tensor);
  }
  return { tensors, config: layout.configOf(schemes, floats) };
}

function refuse(path: string, expected: string): never {
  throw new PretrainedError(
    `savePretrained: ${path}: expected ${expected}: save it in F32 or F16, or skip it when you quantize`,
  );
}
