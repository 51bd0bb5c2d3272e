import type { Pretrained } from "@qkv/pretrained";

/** Opens a model, or gives it where it is open already. */
export type ModelOpener = () => Promise<Pretrained>;

/** Refuses what does not open a model. @throws RangeError */
export function checkOpener(who: string, modelId: string, open: ModelOpener): void {
  if (typeof modelId !== "string") throw new RangeError(`${who}: expected modelId to be a string, got another value`);
  if (typeof open !== "function") throw new RangeError(`${who}: expected open to be a function, got another value`);
}
