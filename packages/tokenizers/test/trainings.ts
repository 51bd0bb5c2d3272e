import { readFileSync } from "node:fs";

/** What golden/make_tokenizer_training.py wrote to `golden/NAME.json`. */
export function readTrainings<T>(name: string): { texts: readonly string[]; trainings: Readonly<Record<string, T>> } {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8")) as ReturnType<
    typeof readTrainings<T>
  >;
}

/** A Python trainer's options under our names. */
export function camelCase(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));
}
