// All tensor work of the page, so that the page never waits for it.
import { hostApi, ModelHost, serveWorker } from "@qkv/app-shell/worker";
import { attentionOf } from "./worker/attentionOf.ts";
import { describe, openGenerator } from "./worker/generator.ts";
import { promptIds, type Writing } from "./worker/promptIds.ts";
import { readAhead, reusedLength } from "./worker/readAhead.ts";
import { writeTokens, type WrittenToken } from "./worker/writeTokens.ts";
import type { WritingSettings } from "./worker/writingSettings.ts";

/** What the page is sent while a model writes: what it reads first, then each token. */
export type News =
  | {
      /** How many tokens it goes on with, how many of them it had read before, and how many by now. */
      readonly prompt: { readonly length: number; readonly reused: number; readonly read: number };
    }
  | { readonly token: WrittenToken };

/** Why a model stopped by itself: it ended its text, or there may be no more tokens. */
export type Finish = "end" | "length";

const host = new ModelHost(openGenerator);

const api = {
  ...hostApi(host),
  describe: () => host.run((generator) => Promise.resolve(describe(generator))),

  /** Writes on. All news has arrived before it gives why it stopped. */
  write: (writing: Writing, settings: WritingSettings, onNews: (news: News) => void | Promise<void>) => {
    const written: number[] = []; // after a loss of the GPU the text goes on behind what the page has
    return host.run(async (generator, signal): Promise<Finish> => {
      const prompt = await promptIds(writing, generator);
      const { maxPositions } = generator.pretrained.config;
      if (prompt.length >= maxPositions) {
        const most = `fewer than ${maxPositions} tokens, which are all that the model can read`;
        throw new RangeError(`expected a text of ${most}, got ${prompt.length}`);
      }
      const ids = [...prompt, ...written];
      // What is read in other portions is rounded otherwise: a text from its beginning, so that a seed writes it again.
      if (writing.turns.length === 1) generator.cache.truncate(0);
      const reused = reusedLength(generator, ids);
      const tell = (read: number) => void onNews({ prompt: { length: ids.length, reused, read } });
      tell(reused);
      await readAhead(generator, ids, { signal, onRead: tell });
      const most = Math.min(settings.maxTokens, maxPositions - prompt.length);
      const maxTokens = most - written.length;
      if (maxTokens === 0) return "length";
      for await (const token of writeTokens(generator, ids, { ...settings, maxTokens }, signal)) {
        await onNews({ token });
        written.push(token.id);
      }
      return written.length === most ? "length" : "end";
    });
  },

  /** Where every head looked before it wrote what comes after these turns. */
  attention: (writing: Writing) =>
    host.run(async (generator, signal) => attentionOf(generator, await promptIds(writing, generator), signal)),
};

/** What the page may ask for. */
export type WorkerApi = typeof api;

serveWorker(api);
