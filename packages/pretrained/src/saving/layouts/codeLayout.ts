import type { CodeGroups } from "@qkv/ops";
import type { SafeTensor } from "@qkv/safetensors";

/** A way to lay codes out as arrays of a file, whose config says so. */
export interface CodeLayout<Scheme> {
  /** Its name in messages: "MLX's layout". */
  readonly title: string;
  /** Whether tables of embeddings may be codes too. */
  readonly holdsTables: boolean;
  /** The arrays of a matrix [O, I], by the ends of their names; undefined if it does not hold the numbers exactly. */
  readonly arraysOf: (
    groups: CodeGroups,
    shape: readonly [rows: number, columns: number],
  ) => CodedMatrix<Scheme> | undefined;
  /** The fields of `config.json`: `schemes` by module, and the modules whose matrices stay floats. */
  readonly configOf: (
    schemes: ReadonlyMap<string, Scheme>,
    floats: readonly string[],
  ) => Readonly<Record<string, unknown>>;
}

/** The arrays of a matrix, and how the config describes them. */
export interface CodedMatrix<Scheme> {
  readonly scheme: Scheme;
  readonly tensors: Readonly<Record<string, SafeTensor>>;
}
