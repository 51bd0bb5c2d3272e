import { checkArray } from "@qkv/ops";
import type { Architecture, Family, FamilyModel } from "@qkv/transformer";
import { PretrainedError } from "../files/pretrainedError.ts";
import { nearestTypes } from "./nearestTypes.ts";

/** Any family, whoever wrote it. */
export type AnyFamily = Family;

/** A family and the class of a model. */
export interface Found {
  readonly modelType: string;
  readonly family: AnyFamily;
  readonly architecture: Architecture;
}

/** Refuses what is no list of families. */
export function checkFamilies(who: string, families: readonly AnyFamily[]): void {
  checkArray(who, "families", families);
  for (const [i, family] of families.entries()) {
    if (Array.isArray(family?.modelTypes) && typeof family.architectures === "function") continue;
    throw new TypeError(
      `${who}: expected families[${i}] to be a family, such as llama of @qkv/transformer, got another value`,
    );
  }
}

/**
 * Finds the family and the class that a `config.json` names.
 *
 * @param path that of the file, for messages
 * @param hint what to say of a type that is not known
 */
export function familyOfConfig(
  path: string,
  { model_type: type, architectures }: Record<string, unknown>,
  families: readonly AnyFamily[],
  hint?: string,
): Found {
  const found = classesOf(type as string, families);
  if (found.length === 0) {
    const known = families.flatMap(({ modelTypes }) => modelTypes);
    const expected = `${path}: expected a model_type of ${[...new Set(known)].join(", ")}`;
    if (typeof type !== "string") throw new PretrainedError(`${expected}, got ${JSON.stringify(type) ?? "none"}`);
    const nearest = nearestTypes(type, known);
    const more = [...(nearest.length > 0 ? [`nearest: ${nearest.join(", ")}`] : []), ...(hint ? [hint] : [])];
    throw new PretrainedError([`${expected}, got ${JSON.stringify(type)}`, ...more].join("; "));
  }
  // A model's base class has other weights than the class with the head on it.
  const named: unknown = architectures ?? [];
  const isNamed = ({ architecture }: Found) => Array.isArray(named) && named.includes(architecture.className);
  const chosen = Array.isArray(named) && named.length === 0 ? found[0] : found.find(isNamed);
  if (chosen === undefined) {
    const known = found.map(({ architecture }) => architecture.className).join(" or ");
    throw new PretrainedError(`${path}: expected architectures to name ${known}, got ${JSON.stringify(architectures)}`);
  }
  return chosen;
}

/** Every class of a type: of decoders several families have some, those of the language models first. */
export function classesOf(modelType: string, families: readonly AnyFamily[]): readonly Found[] {
  return families
    .filter(({ modelTypes }) => modelTypes.includes(modelType))
    .flatMap((family) => family.architectures(modelType).map((architecture) => ({ modelType, family, architecture })));
}

/** Finds the family and the class of a model. @throws TypeError if no family has its type, or it is of no class of it */
export function familyOfModel(who: string, model: FamilyModel, families: readonly AnyFamily[]): Found {
  const modelType = model?.config?.modelType;
  const found = classesOf(modelType, families).find(({ architecture }) => architecture.isOf(model));
  if (found !== undefined) return found;
  const known = [...new Set(families.flatMap(({ modelTypes }) => modelTypes))].join(", ");
  throw new TypeError(
    `${who}: expected a model of the types ${known}, got ${modelType === undefined ? "another object" : `a ${modelType} that is of no class of its family`}`,
  );
}
