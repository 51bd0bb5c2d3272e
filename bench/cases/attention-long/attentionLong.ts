import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import type { AttentionWork } from "./work.ts";

/** Attention over long sequences, forward and backward, and the memory that it takes. The peer gives up after the first. */
export const attentionLongCase: BenchCase = (_folder, { threads, isShort }) =>
  Promise.resolve(
    (isShort ? [128] : [2048, 4096, 8192, 16384]).map((length) => {
      const work: AttentionWork = { length, heads: 8, headDim: 64 };
      return {
        variant: `${length} tokens`,
        ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work).filter(
          ({ label }) => label !== "wasm-plain", // minutes more, for what the case encoder tells
        ),
        peers: [
          { label: "tfjs wasm", engine: { module: new URL("tfjs.ts", import.meta.url), options: work }, rounds: 1 },
        ],
        rounds: length > 8192 ? 1 : 3,
        milliseconds: 0,
        warmUp: false, // it would take as long as a round
        memory: true,
      };
    }),
  );
