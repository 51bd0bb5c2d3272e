import { describeArgument } from "@qkv/ops";

/** Names, as a map or a set has them. */
export interface NameSet {
  /** Whether a name is one of them. */
  has(name: string): boolean;
}

/** The parameters with weight decay: a map or set of their names, such as `params.named("matrix")`, or a predicate. */
export type WeightDecayMask = NameSet | ((name: string) => boolean);

/** Whether a parameter of a name has weight decay. Without a mask all have. @throws RangeError if the mask is none */
export function isDecayedBy(who: string, mask: WeightDecayMask | undefined): (name: string) => boolean {
  if (mask === undefined) return () => true;
  if (typeof mask === "function") return mask;
  if (typeof mask?.has === "function") return (name) => mask.has(name);
  const got = describeArgument(mask);
  throw new RangeError(`${who}: expected weightDecayMask to be a map, a set or a predicate of names, got ${got}`);
}
