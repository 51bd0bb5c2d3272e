const NAME = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;

/** The names of all files of a model in shards, by that of one of them; the name alone if it is none. */
export function shardNames(file: string): readonly string[] {
  const [, stem, , count] = NAME.exec(file) ?? [];
  if (stem === undefined || count === undefined) return [file];
  return Array.from({ length: Number(count) }, (_, i) => `${stem}-${String(i + 1).padStart(5, "0")}-of-${count}.gguf`);
}
