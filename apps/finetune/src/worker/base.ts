import type { LoadModel } from "@qkv/app-shell/worker";
import { createLoader, type ModelFiles, type OpenOptions, type Pretrained, PretrainedError } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import { CAUSAL_FAMILIES, ENCODER_FAMILIES } from "@qkv/transformer";
import type { BaseKind } from "./kinds.ts";
import type { Tuned } from "./tuned.ts";

/** The page ships no other family. */
export const FAMILIES = [...CAUSAL_FAMILIES, ...ENCODER_FAMILIES] as const;
const loadPretrained = createLoader(FAMILIES);

/** A model to begin with. */
export interface Base {
  readonly kind: BaseKind;
  readonly pretrained: Pretrained<(typeof FAMILIES)[number]>;
  readonly tokenizer: Tokenizer;
  readonly files: ModelFiles;
  /** What was made of it. */
  tuned?: Tuned;
  dispose(): void;
}

/** What a page has to know of it. */
export interface BaseDescription {
  readonly kind: BaseKind;
  readonly parameters: number;
}

/** Opens a decoder-only model, or an encoder of texts whatever its head. */
export const openBase: LoadModel<Base> = async (files, { signal }) => {
  const kind = (await isEncoder(files, signal)) ? "encoder" : "writer";
  const pretrained = await open(files, kind, { signal });
  const { model, tokenizer } = pretrained;
  if (tokenizer === undefined) {
    model.dispose();
    throw new PretrainedError(`${pretrained.name}: expected a model with a tokenizer, got one without`);
  }
  const base: Base = {
    ...{ kind, pretrained, tokenizer, files },
    dispose: () => {
      base.tuned?.dispose();
      model.dispose();
    },
  };
  return base;
};

/** Opens the files once more, or with other options. An encoder is held in float32, to train what it is not quantized for. */
export function open(files: ModelFiles, kind: BaseKind, options: OpenOptions): Promise<Base["pretrained"]> {
  return kind === "writer"
    ? loadPretrained(files, options)
    : loadPretrained(withoutHead(files), { dtype: "float32", ...options });
}

/** How many tokens of a text are read, where so many are wanted: no more than the model takes. */
export function readTokens({ pretrained }: Base, wanted: number): number {
  const { maxPositions = Infinity } = pretrained.config as { readonly maxPositions?: number };
  return Math.min(wanted, maxPositions, pretrained.maxTokens ?? Infinity);
}

/** What a page has to know of an open model. */
export function describe({ kind, pretrained }: Base): BaseDescription {
  const sizes = [...pretrained.model.params.weights().values()].map(({ shape }) =>
    shape.reduce((size, each) => size * each, 1),
  );
  return { kind, parameters: sizes.reduce((sum, size) => sum + size, 0) };
}

const ENCODER_TYPES: ReadonlySet<unknown> = new Set(ENCODER_FAMILIES.flatMap(({ modelTypes }) => modelTypes));

async function isEncoder(files: ModelFiles, signal: AbortSignal): Promise<boolean> {
  const json = parsed(await files.read("config.json", { signal }));
  return ENCODER_TYPES.has(json?.["model_type"]);
}

/** The same files, of which the config names no class: they are opened as that without a head. */
function withoutHead(files: ModelFiles): ModelFiles {
  return {
    ...files,
    read: async (file, options) => {
      const bytes = await files.read(file, options);
      const json = file === "config.json" ? parsed(bytes) : undefined;
      return json === undefined ? bytes : new TextEncoder().encode(JSON.stringify({ ...json, architectures: [] }));
    },
  };
}

function parsed(bytes: Uint8Array | undefined): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // what opens it says what is wrong
  }
}
