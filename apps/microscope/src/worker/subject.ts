import type { LoadModel } from "@qkv/app-shell/worker";
import { type MicroscopeModel, type ModelOutline, modelOutline, type RecordedActivations } from "@qkv/microscope";
import { createLoader, PretrainedError } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import { CAUSAL_FAMILIES, ENCODER_FAMILIES, SEQ2SEQ_FAMILIES } from "@qkv/transformer";

const loadPretrained = createLoader([...SEQ2SEQ_FAMILIES, ...CAUSAL_FAMILIES, ...ENCODER_FAMILIES]);

/** The model under the microscope. */
export interface Subject {
  readonly model: MicroscopeModel;
  readonly tokenizer: Tokenizer;
  readonly outline: ModelOutline;
  /** What the decoder of an encoder-decoder begins with. */
  readonly start: number | undefined;
  /** The token in whose place the model puts another. */
  readonly mask: string | undefined;
  /** The numbers of the last pass that was recorded whole, and of which text. */
  recorded?: { readonly of: string; readonly activations: RecordedActivations };
  dispose(): void;
}

/** Opens a model of any family that reads tokens. */
export const openSubject: LoadModel<Subject> = async (files, { signal }) => {
  const pretrained = await loadPretrained(files, { signal });
  const { model, tokenizer } = pretrained;
  const dispose = () => model.dispose();
  try {
    if (tokenizer === undefined) throw new PretrainedError(`${pretrained.name}: expected a tokenizer, got none`);
    const start = "generation" in model ? startOf(model.generation) : undefined;
    const mask = ["[MASK]", "<mask>"].find((token) => tokenizer.tokenToId(token) !== undefined);
    return { model, tokenizer, outline: modelOutline(model), start, mask, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
};

function startOf(generation: object): number | undefined {
  return "decoderStartTokenId" in generation ? Number(generation.decoderStartTokenId) : undefined;
}
