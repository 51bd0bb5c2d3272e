import { checkArray } from "@qkv/ops";
import type { Architecture, Family, FamilyModel } from "@qkv/transformer";
import { PretrainedError } from "../files/pretrainedError.ts";

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
 */
export function familyOfConfig(
  path: string,
  { model_type: type, architectures }: Record<string, unknown>,
  families: readonly AnyFamily[],
): Found {
  const family = families.find(({ modelTypes }) => modelTypes.includes(type as string));
  if (family === undefined) {
    const known = families.flatMap(({ modelTypes }) => modelTypes).join(", ");
    throw new PretrainedError(`${path}: expected a model_type of ${known}, got ${JSON.stringify(type) ?? "none"}`);
  }
  const classes = family.architectures(type as string);
  // A model's base class has other weights than the class with the head on it.
  const named: unknown = architectures ?? [];
  const isNamed = ({ className }: Architecture) => Array.isArray(named) && named.includes(className);
  const architecture = Array.isArray(named) && named.length === 0 ? classes[0] : classes.find(isNamed);
  if (architecture === undefined) {
    const known = classes.map(({ className }) => className).join(" or ");
    throw new PretrainedError(`${path}: expected architectures to name ${known}, got ${JSON.stringify(architectures)}`);
  }
  return { modelType: type as string, family, architecture };
}

/** Finds the family and the class of a model. @throws TypeError if no family has its type, or it is of no class of it */
export function familyOfModel(who: string, model: FamilyModel, families: readonly AnyFamily[]): Found {
  const modelType = model?.config?.modelType;
  const family = families.find(({ modelTypes }) => modelTypes.includes(modelType));
  const architecture = family?.architectures(modelType).find(({ isOf }) => isOf(model));
  if (family !== undefined && architecture !== undefined) return { modelType, family, architecture };
  const known = families.flatMap(({ modelTypes }) => modelTypes).join(", ");
  throw new TypeError(
    `${who}: expected a model of the types ${known}, got ${modelType === undefined ? "another object" : `a ${modelType} that is of no class of its family`}`,
  );
}
