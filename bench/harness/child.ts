// A child process: starts one engine and does what the parent asks, line by line. Standard output is for answers alone.
import { Console } from "node:console";
import { createInterface } from "node:readline";
import { type Answer, type Engine, type Request, type Round, type StartEngine, Unavailable } from "./engine.ts";
import { median } from "./statistics.ts";

globalThis.console = new Console(process.stderr, process.stderr);
const write = process.stdout.write.bind(process.stdout);
const answer = (value: Answer) => void write(`${JSON.stringify(value)}\n`);

async function round(engine: Engine, milliseconds: number): Promise<Round> {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  do {
    const from = performance.now();
    await engine.run();
    times.push(performance.now() - from);
  } while (performance.now() < end);
  const peak = process.resourceUsage().maxRSS / 1024; // kB
  return { ms: median(times), megabytes: engine.megabytes?.() ?? peak };
}

async function serve(engine: Engine, request: Request): Promise<Answer> {
  switch (request.ask) {
    case "result":
      return { result: engine.result === undefined ? null : Array.from(await engine.result()) };
    case "profile":
      return { profile: (await engine.profile?.()) ?? [] };
    case "round":
      return { round: await round(engine, request.milliseconds) };
  }
}

setInterval(() => undefined, 60_000); // what waits for a GPU alone does not keep Node from ending

const [module = "", options = "{}"] = process.argv.slice(2);
try {
  const { start } = (await import(module)) as { start: StartEngine<unknown> };
  const engine = await start(JSON.parse(options));
  answer({ ready: { version: engine.version, tokens: engine.tokens } });
  for await (const line of createInterface({ input: process.stdin })) {
    answer(await serve(engine, JSON.parse(line) as Request));
  }
} catch (error) {
  if (error instanceof Unavailable) answer({ unavailable: error.message });
  else answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.exit(); // libraries leave workers behind
