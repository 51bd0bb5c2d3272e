import type { Adapter } from "@qkv/nn";
import type { NamedVariables } from "@qkv/training";
import type { FamilyModel, ModelTask } from "@qkv/transformer";
import { UsageError } from "../usageError.ts";
import type { SomeObjective } from "./examples.ts";
import type { ObjectiveRecipe } from "./objectiveRecipes.ts";
import { isBelowLayers, layerOf } from "./rateShares.ts";

/** What models compute that need nothing beside what their folder has. */
const WHOLE: readonly ModelTask[] = ["causalLM", "seq2seqLM", "speechSeq2seq", "speechCtc"];

/** Whether an objective's models get a head, or a folder of their own, so that updates alone would be of no use. */
export function isNewHead({ modelTask }: Pick<SomeObjective, "modelTask">): boolean {
  return ![modelTask].flat().some((task) => WHOLE.includes(task));
}

const KINDS = ["matrix", "embedding", "norm", "bias", "scale"] as const;

/**
 * The parameters that a run trains: all of the model but what the recipe or its objective freezes; or those of an adapter, with the head of an encoder.
 *
 * @throws UsageError if none is left
 */
export function trainedOf(
  model: FamilyModel,
  { training: { freezeKinds = [], freezeLayers }, adapter: asked }: ObjectiveRecipe,
  adapter: Adapter | undefined,
  isFrozen: (name: string) => boolean = () => false,
): NamedVariables {
  if (asked !== undefined && (freezeKinds.length > 0 || freezeLayers !== undefined)) {
    throw new UsageError(
      "training: expected no freezeKinds and no freezeLayers beside an adapter, which freezes the model",
    );
  }
  const isPacked = [...model.params.weights().values()].some(({ format }) => format !== "f32");
  const own = isPacked ? new Map<string, never>() : model.params.named(...KINDS);
  if (adapter !== undefined) {
    const head = [...own].filter(([name]) => isHead(name));
    return new Map([...adapter.named(), ...(isEncoder(own) ? head : [])]);
  }
  const kinds = model.params.kinds();
  const frozen = new Set<string>(freezeKinds);
  const isTrained = (name: string) => {
    if (isFrozen(name) || frozen.has(kinds.get(name) ?? "")) return false;
    if (freezeLayers === undefined) return true;
    const at = layerOf(name);
    return at === undefined ? kinds.get(name) !== "embedding" && !isBelowLayers(name) : at.layer >= freezeLayers;
  };
  const trained = new Map([...own].filter(([name]) => isTrained(name)));
  if (trained.size === 0) throw new UsageError("training: expected parameters to train, got all of them frozen");
  return trained;
}

/** Whether a parameter of an encoder with a head is of the head. */
function isHead(name: string): boolean {
  return !name.startsWith("encoder.") && !name.startsWith("decoder.layers.");
}

function isEncoder(own: NamedVariables): boolean {
  return (
    [...own.keys()].some((name) => name.startsWith("encoder.")) &&
    ![...own.keys()].some((name) => name.startsWith("decoder.layers"))
  );
}
