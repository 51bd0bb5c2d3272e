import type { SentenceTranslation } from "@qkv/pretrained";

/** Good translations have -0.1 to -0.4 a token, nonsense -1 to -2. */
const UNSURE = -0.8;

/** Whether a model thinks its own best translation of a sentence unlikely. */
export function isUnsure({ score, ids }: Pick<SentenceTranslation, "score" | "ids">, lengthPenalty: number): boolean {
  if (ids.length === 0) return false;
  return (score * ids.length ** lengthPenalty) / ids.length < UNSURE; // the log-probability of a token
}
