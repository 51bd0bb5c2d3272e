// All tensor work of the page, so that the page never waits for it.
import { hostApi, ModelHost, serveWorker } from "@qkv/app-shell/worker";
import type { Answer, ModelOutline, PatchKind, SideName } from "@qkv/microscope";
import { withoutHead } from "./worker/ablation.ts";
import { partsOfAnswer } from "./worker/attribution.ts";
import { attentionRecord, type HeadPlace, scoresOf } from "./worker/heads.ts";
import { lensTable } from "./worker/lens.ts";
import { patchFrom } from "./worker/patching.ts";
import { type Reading, readText } from "./worker/readText.ts";
import { numbersOf, stagesOf } from "./worker/stages.ts";
import { openSubject } from "./worker/subject.ts";

/** What a page has to know of a model. */
export interface SubjectDescription {
  readonly outline: ModelOutline;
  readonly mask: string | undefined;
}

const host = new ModelHost(openSubject);

const api = {
  ...hostApi(host),
  describe: () => host.run(({ outline, mask }): Promise<SubjectDescription> => Promise.resolve({ outline, mask })),
  read: (text: string, target: string) => host.run((subject) => readText(subject, text, target)),
  attention: (reading: Reading) => host.run((subject) => attentionRecord(subject, reading)),
  scores: ({ inputs }: Reading, side: SideName, twice: boolean) =>
    host.run((subject) => scoresOf(subject, inputs, side, twice)),
  lens: ({ inputs }: Reading) => host.run((subject, signal) => lensTable(subject, inputs, signal)),
  attribution: ({ inputs }: Reading, answer: Answer) => host.run((subject) => partsOfAnswer(subject, inputs, answer)),
  patch: (
    reading: Reading,
    other: { readonly text: string; readonly target: string },
    options: { readonly kind: PatchKind; readonly side: SideName },
    onProgress: (done: number, total: number) => void,
  ) => host.run((subject, signal) => patchFrom(subject, reading, other, options, { signal, onProgress })),
  stages: (reading: Reading, scope: string) => host.run((subject) => stagesOf(subject, reading, scope)),
  numbers: (reading: Reading, of: { readonly path: string; readonly head: number; readonly from: number }) =>
    host.run((subject) => numbersOf(subject, reading, of)),
  ablate: (reading: Reading, head: HeadPlace) => host.run((subject) => withoutHead(subject, reading, head)),
};

/** What the page may ask for. */
export type WorkerApi = typeof api;

serveWorker(api);
