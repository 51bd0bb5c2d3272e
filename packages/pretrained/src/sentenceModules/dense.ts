import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { ConfigError, ConfigFields } from "@qkv/transformer";
import { type ModelFiles, pathOf, readFile, readJson, type ReadOptions } from "../files/modelFiles.ts";
import { errorIn, PretrainedError } from "../files/pretrainedError.ts";

/** A linear layer on the vectors of texts, with an activation. */
export interface DenseStep {
  readonly kind: "dense";
  /** [O, I] */
  readonly weight: Float32Array;
  /** [O] */
  readonly bias?: Float32Array;
  readonly inputDim: number;
  readonly outputDim: number;
  /** Absent: none. */
  readonly activation?: Activation;
}

const ACTIVATIONS: Readonly<Record<string, DenseStep["activation"]>> = {
  "torch.nn.modules.linear.Identity": undefined,
  "torch.nn.modules.activation.Tanh": "tanh",
  "torch.nn.modules.activation.ReLU": "relu",
  "torch.nn.modules.activation.GELU": "gelu",
  "torch.nn.modules.activation.SiLU": "silu",
};

/** Reads the folder of a dense module. @throws PretrainedError naming the file, and the field or the array */
export async function readDense(files: ModelFiles, folder: string, options: ReadOptions): Promise<DenseStep> {
  const config = `${folder}/config.json`;
  const json = await readJson(files, config, options);
  const step = fieldsOf(pathOf(files, config), json);
  const file = `${folder}/model.safetensors`;
  const bytes = await readFile(files, file, options);
  const path = pathOf(files, file);
  const { inputDim, outputDim, hasBias, ...activation } = step;
  const weight = arrayOf(path, bytes, "linear.weight", [outputDim, inputDim]);
  const bias = hasBias ? { bias: arrayOf(path, bytes, "linear.bias", [outputDim]) } : {};
  return { kind: "dense", weight, ...bias, inputDim, outputDim, ...activation };
}

/** The files of a dense module's folder, by their names in it, as Sentence Transformers opens them. */
export function denseFiles(step: DenseStep): ReadonlyMap<string, Uint8Array> {
  checkRecord("denseFiles", "step", step);
  const { weight, bias, inputDim, outputDim, activation } = step;
  const [name] = Object.entries(ACTIVATIONS).find(([, known]) => known === activation) ?? [];
  if (name === undefined) throw new RangeError(`denseFiles: expected a known activation, got ${String(activation)}`);
  const json = { in_features: inputDim, out_features: outputDim, bias: bias !== undefined, activation_function: name };
  const arrays = {
    "linear.weight": safeTensor(weight, [outputDim, inputDim]),
    ...(bias && { "linear.bias": safeTensor(bias, [outputDim]) }),
  };
  return new Map([
    ["config.json", new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`)],
    ["model.safetensors", writeSafetensors(arrays)],
  ]);
}

function fieldsOf(path: string, json: Readonly<Record<string, unknown>>) {
  try {
    const fields = new ConfigFields(json);
    fields.expectOnly([
      ...["in_features", "out_features", "bias", "activation_function"],
      ...["module_input_name", "module_output_name", "use_residual"],
    ]);
    for (const name of ["module_input_name", "module_output_name"]) {
      if (fields.has(name)) fields.expect(name, "sentence_embedding");
    }
    if (fields.boolean("use_residual", false)) fields.fail("use_residual", "false");
    const activation = fields.oneOf("activation_function", ACTIVATIONS, "torch.nn.modules.activation.Tanh");
    return {
      inputDim: fields.integer("in_features"),
      outputDim: fields.integer("out_features"),
      hasBias: fields.boolean("bias", true),
      ...(activation !== undefined && { activation }),
    };
  } catch (error) {
    throw error instanceof ConfigError ? errorIn(path, error) : error;
  }
}

function arrayOf(path: string, bytes: Uint8Array, name: string, shape: readonly number[]): Float32Array {
  try {
    const array = parseSafetensors(bytes).tensors.get(name);
    if (array === undefined) throw new PretrainedError(`expected an array ${name}, got none`);
    if (array.shape.join() !== shape.join()) {
      throw new PretrainedError(`${name}: expected the shape [${shape.join(", ")}], got [${array.shape.join(", ")}]`);
    }
    return toFloat32(array);
  } catch (error) {
    throw errorIn(path, error);
  }
}
