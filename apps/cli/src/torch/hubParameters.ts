import { type Adapter, checkpointName, joinState, splitState, type StateDict, type StateEntry } from "@qkv/nn";
import { adapterFiles, FAMILIES, loadAdapter, memoryFiles } from "@qkv/pretrained";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { assignVariables, readVariables } from "@qkv/training";
import { type Architecture, type Family, type FamilyModel, weightRulesOf } from "@qkv/transformer";

/** A run's parameters in Hugging Face's files: other names, some joined, some transposed. */
export interface HubParameters {
  /** The name of their file in a folder. */
  readonly weights: string;
  /** Arrays of the shapes of parameters, such as moments, under the names that files have. Joined ones are all needed. */
  toHub(state: StateDict): Promise<StateDict>;
  /** The inverse of `toHub`. */
  fromHub(state: StateDict): Promise<StateDict>;
  /** The arrays that several matrices are equal parts of, with their number and the axis along which they lie. */
  joined?(names: readonly string[]): Readonly<Record<string, readonly [parts: number, axis: number]>>;
}

/** The parameters of a whole model. @throws TypeError if it is of no family of this project */
export function modelParameters(model: FamilyModel): HubParameters {
  const rules = weightRulesOf(architectureOf(model), model.config);
  const names = new Map([...model.params.named().keys()].map((path) => [storedName(rules.rename, path), path]));
  return {
    weights: "model.safetensors",
    toHub: (state) => {
      const renamed = [...state].map(([path, entry]) => [storedName(rules.rename, path), entry] as const);
      return Promise.resolve(joinState(new Map(renamed), rules, model.config));
    },
    fromHub: (state) => {
      const split = [...splitState(state, rules, model.config)];
      return Promise.resolve(new Map(split.map(([name, entry]) => [names.get(name) ?? name, entry])));
    },
    joined: (stored) =>
      Object.fromEntries(
        stored.flatMap((name) => {
          const rule = rules.split?.find(({ from }) => from === name.replace(/(?<=\.)\d+(?=\.)/g, "*"));
          return rule === undefined ? [] : [[name, [rule.into.length, rule.axis] as const]];
        }),
      ),
  };
}

/** The parameters of an adapter, as PEFT has them. */
export function adapterParameters(model: FamilyModel, adapter: Adapter): HubParameters {
  const opened = (files: ReadonlyMap<string, Uint8Array>) => loadAdapter(model, memoryFiles("adapter", files));
  return {
    weights: ADAPTER_WEIGHTS,
    toHub: async (state) => {
      const twin = await opened(await adapterFiles({ model, adapter }));
      try {
        assignVariables("the adapter's arrays", twin.named(), state);
        return arraysOf((await adapterFiles({ model, adapter: twin })).get(ADAPTER_WEIGHTS));
      } finally {
        twin.dispose();
      }
    },
    fromHub: async (state) => {
      const tensors = [...state].map(([name, { data, shape }]) => [name, safeTensor(data, shape)] as const);
      const files = new Map(await adapterFiles({ model, adapter }));
      const twin = await opened(files.set(ADAPTER_WEIGHTS, writeSafetensors(new Map(tensors))));
      try {
        return await readVariables(twin.named());
      } finally {
        twin.dispose();
      }
    },
  };
}

const ADAPTER_WEIGHTS = "adapter_model.safetensors";

/** The arrays of a file of safetensors, as float32. */
export function arraysOf(bytes: Uint8Array = new Uint8Array()): Map<string, StateEntry> {
  const { tensors } = parseSafetensors(bytes);
  return new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }]));
}

function architectureOf(model: FamilyModel): Pick<Architecture, "weights" | "weightsOf"> {
  const family = (FAMILIES as readonly Family[]).find(({ modelTypes }) => modelTypes.includes(model.config.modelType));
  const found = family?.architectures(model.config.modelType).find((each) => each.isOf(model));
  if (found === undefined) throw new TypeError(`expected a model of a known family, got ${model.config.modelType}`);
  return found;
}

function storedName(rename: Readonly<Record<string, string>>, path: string): string {
  const name = checkpointName(rename, path);
  if (name === undefined) throw new RangeError(`expected a parameter with a name in files, got ${path}`);
  return name;
}
