import { affineTensors } from "./affineTensors.ts";
import type { CodeLayout } from "./codeLayout.ts";

const GROUP_SIZE = 32;

/**
 * MLX's layout: `X.weight` in words, `X.scales` and `X.biases`, and `quantization` in the config, with the bits of most
 * matrices, and those of others by their names.
 */
export const mlxLayout: CodeLayout<number> = {
  title: "MLX's layout",
  holdsTables: true,
  arraysOf(groups, shape) {
    const found = affineTensors(groups, shape);
    return found && { scheme: found.bits, tensors: found.tensors };
  },
  configOf(bits) {
    const counts = new Map<number, number>();
    for (const each of bits.values()) counts.set(each, (counts.get(each) ?? 0) + 1);
    const [most] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
    if (most === undefined) return {};
    const others = [...bits].filter(([, each]) => each !== most);
    const overrides = others.map(([module, each]) => [module, { group_size: GROUP_SIZE, bits: each }] as const);
    return { quantization: { group_size: GROUP_SIZE, bits: most, ...Object.fromEntries(overrides) } };
  },
};
