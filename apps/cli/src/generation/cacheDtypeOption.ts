import { Option } from "commander";

/** `--cache-dtype`: how a model holds what it has read. */
export function cacheDtypeOption(): Option {
  return new Option(
    "--cache-dtype <type>",
    "keys and values of what was read in fewer bits, on wasm and webgpu",
  ).choices([...["float32", "float16", "q8"]]);
}
