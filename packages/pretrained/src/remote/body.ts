import { concat } from "./fileCache.ts";
import { expectWithin, type Limit } from "./fileLimits.ts";
import type { Pace } from "./pace.ts";

/** The chunks of an answer as they come. Leaving the loop lets go of the connection. */
export async function* chunksOf(what: string, response: Response, pace: Pace): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const letGo = () => void reader.cancel().catch(() => undefined);
  let ended = false;
  try {
    for (;;) {
      const { value, done } = await pace.wait(what, reader.read(), letGo);
      if ((ended = done)) return;
      if (value !== undefined) yield value;
    }
  } finally {
    if (!ended) letGo();
  }
}

/** The bytes of a small answer. @throws PretrainedError if they are more than the limit */
export async function bytesOf(what: string, response: Response, limit: Limit, pace: Pace): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(what, response, pace)) {
    expectWithin(what, limit, (size += chunk.length));
    chunks.push(chunk);
    pace.add(chunk.length);
  }
  return concat(chunks);
}

/** Lets go of an answer that is not read. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}
