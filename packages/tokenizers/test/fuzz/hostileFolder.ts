import { charsMap, hostileString } from "./hostileComponents.ts";
import type { HostileRandom } from "./hostileRandom.ts";
import { mutate } from "./mutate.ts";

/** The files of a tokenizer that has no tokenizer.json, by name. */
export type Folder = Readonly<Record<string, Uint8Array>>;

// A file that is no small one any more is not made larger.
const LARGE = 1e6;

/** `folder` with one to three of its files changed, each as its kind of file can be. */
export function hostileFolder(folder: Folder, random: HostileRandom): Folder {
  const changed: Record<string, Uint8Array> = { ...folder };
  for (let count = 1 + random.below(3); count > 0; count--) {
    const name = random.pick(Object.keys(folder));
    const bytes = changed[name] ?? new Uint8Array();
    if (bytes.length > LARGE) continue; // it may become forty times as large
    const isModel = name.endsWith(".model") || name.endsWith(".spm");
    changed[name] = isModel ? mutateModel(bytes, random) : encode(mutateText(name, decode(bytes), random));
  }
  return changed;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function mutateText(name: string, text: string, random: HostileRandom): string {
  if (name.endsWith(".json") && random.chance(0.7)) {
    try {
      const tree = JSON.parse(text) as Record<string, unknown>;
      mutate(tree, random);
      return JSON.stringify(tree) ?? "";
    } catch {
      return text; // no JSON any more, or a tree that contains itself
    }
  }
  const start = random.below(text.length);
  const end = start + random.below(random.pick([10, text.length]));
  const what = random.next();
  if (what < 0.3) return text.slice(0, start) + text.slice(end);
  if (what < 0.6) return text.slice(0, start) + hostileString(random) + text.slice(random.chance(0.5) ? start : end);
  if (what < 0.8) return text.slice(0, start) + text.slice(start, end).repeat(random.pick([2, 20])) + text.slice(end);
  const lines = text.split("\n");
  const word = (): string =>
    btoa(String.fromCharCode(...new TextEncoder().encode(hostileString(random).slice(0, 1000))));
  const made = random.list(2000, () => {
    if (name === "merges.txt") return `${hostileString(random)} ${hostileString(random)}`;
    if (name === "ranks.tiktoken") return `${word().repeat(random.pick([1, 1, 100]))} ${random.below(2000)}`;
    return hostileString(random);
  });
  return [...lines, ...made].join("\n");
}

/** A SentencePiece model with bytes exchanged, cut off or doubled, with more pieces, or with another map of characters. */
function mutateModel(bytes: Uint8Array, random: HostileRandom): Uint8Array {
  const what = random.next();
  if (what < 0.2) return bytes.slice(0, random.below(bytes.length));
  if (what < 0.4) {
    const copy = bytes.slice();
    for (let count = random.pick([1, 10, 1000]); count > 0; count--)
      copy[random.below(copy.length)] = random.below(256);
    return copy;
  }
  if (what < 0.5) return joined([bytes, bytes.slice(random.below(bytes.length))]);
  if (what < 0.6)
    return joined([
      bytes,
      field(
        3,
        field(
          2,
          Uint8Array.from(atob(charsMap(random)), (c) => c.charCodeAt(0)),
        ),
      ),
    ]);
  if (what < 0.7) return joined([bytes, field(2, Uint8Array.of(24, 1 + random.below(2), 152, 2, random.below(2)))]); // model_type, byte_fallback
  return joined([bytes, ...random.list(200, () => field(1, piece(random)))]);
}

function piece(random: HostileRandom): Uint8Array {
  const score = new Uint8Array(Float32Array.of(random.pick([-1, -2.5, 0, 3e38, -3e38, NaN])).buffer);
  const type = Uint8Array.of(24, 1 + random.below(7));
  return joined([field(1, encode(hostileString(random))), Uint8Array.of(21), score, type]);
}

/** A field of a protobuf message that holds bytes. */
function field(number: number, content: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = content.length;
  for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
  return joined([Uint8Array.of(8 * number + 2, ...length, rest), content]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
