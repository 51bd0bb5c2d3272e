import { concat } from "./fileCache.ts";
import { expectWithin, type Limit } from "./fileLimits.ts";
import type { Pace } from "./pace.ts";

/** Yields the chunks of a response as they arrive. Leaving the loop closes the connection. */
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

/** Reads the bytes of a small response. @throws PretrainedError if they exceed the limit */
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

/** Discards a response that is not read. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}
