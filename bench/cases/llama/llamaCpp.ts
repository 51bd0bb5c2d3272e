import { getLlama, getModuleVersion, LlamaLogLevel, type Token } from "node-llama-cpp";
import type { StartEngine } from "../../harness/engine.ts";
import { centered, ggufFile, type LlamaWork, readTexts } from "./work.ts";

/** llama.cpp's library by node-llama-cpp, on the file that ours opens. */
export const start: StartEngine<LlamaWork & { threads: number }> = async ({ folder, format, task, threads }) => {
  const { prompt, made } = (await readTexts(folder)) as { prompt: Token[]; made: Token[] };
  const logLevel = LlamaLogLevel.error;
  const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel, maxThreads: threads });
  const model = await llama.loadModel({ modelPath: ggufFile({ folder, format }) });
  const context = await model.createContext({
    contextSize: prompt.length + made.length,
    batchSize: prompt.length,
    threads,
  });
  const sequence = context.getSequence();

  /** Reads more ids, and chooses what comes next; all logits, by id, if they are asked for. */
  const read = async (ids: readonly Token[], logits: boolean) => {
    const generateNext = { token: true, logits, options: { temperature: 0 } };
    const outputs = await sequence.controlledEvaluate([...ids.slice(0, -1), [ids.at(-1) as Token, { generateNext }]]);
    const byId = outputs.at(-1)?.next.logits ?? new Map<Token, number>();
    return Array.from({ length: byId.size }, (_, id) => byId.get(id as Token) ?? NaN);
  };
  const keep = (count: number) => sequence.eraseContextTokenRanges([{ start: count, end: sequence.nextTokenIndex }]);
  const prefill = async (logits = false) => {
    await keep(0);
    return read(prompt, logits);
  };
  const decode = async (logits = false) => {
    await keep(prompt.length);
    let last: number[] = [];
    for (const [i, id] of made.entries()) last = await read([id], logits && i === made.length - 1);
    return last;
  };
  if (task === "decode") await prefill();
  const run = task === "decode" ? decode : prefill;
  return {
    version: `${await getModuleVersion()} (${llama.llamaCppRelease.release})`,
    run: () => run(),
    result: async () => centered(await run(true)),
    tokens: task === "decode" ? made.length : prompt.length,
  };
};
