import { setImmediate } from "node:timers/promises";

/** The largest group of lines, and of characters in them; a longer line is a group by itself. */
export interface ReadAheadLimits {
  readonly lines: number;
  readonly characters: number;
}

/**
 * Groups of lines as they arrive: one as soon as there is one, with all that came with it or since the group before, up to
 * the limits, at which reading waits.
 *
 * @throws what reading throws, behind the lines that were read by then
 */
export async function* readAhead(
  lines: AsyncIterable<string> | Iterable<string>,
  limits: ReadAheadLimits,
): AsyncGenerator<string[], void, undefined> {
  const waiting: string[] = [];
  let [characters, ended, wake] = [0, false, () => {}];
  const change = () => new Promise<void>((resolve) => (wake = resolve)); // either side waits, never both
  const reading = (async () => {
    try {
      for await (const line of lines) {
        waiting.push(line);
        characters += line.length;
        wake();
        while (!ended && (waiting.length >= limits.lines || characters >= limits.characters)) await change();
        if (ended) return;
      }
    } finally {
      ended = true;
      wake();
    }
  })();
  reading.catch(() => undefined); // thrown below
  try {
    for (;;) {
      while (waiting.length === 0 && !ended) await change();
      await setImmediate(); // lets in what has been read with the first line
      if (waiting.length === 0) break;
      const group = waiting.splice(0, groupLength(waiting, limits.characters));
      characters -= charactersOf(group);
      wake();
      yield group;
    }
    await reading;
  } finally {
    ended = true;
    wake();
  }
}

function groupLength(lines: readonly string[], most: number): number {
  let [count, characters] = [0, 0];
  for (const { length } of lines) {
    characters += length;
    if (count > 0 && characters > most) break;
    count += 1;
  }
  return count;
}

function charactersOf(lines: readonly string[]): number {
  return lines.reduce((sum, { length }) => sum + length, 0);
}
