// Runs one case on WebGPU beside the peers that are packed, and prints a line of JSON for each of its races.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CASES } from "../cases/index.ts";
import { profileRace } from "../harness/profileRace.ts";
import { type Contestant, type Race, runRace } from "../harness/race.ts";
import type { CaseLine } from "./caseLine.ts";

const [name = "", ...flags] = process.argv.slice(2);
const isShort = flags.includes("--short");
const note = (text: string) => void process.stderr.write(`${name}: ${text}\n`);
const tell = (line: Omit<CaseLine, "case">) => process.stdout.write(`${JSON.stringify({ case: name, ...line })}\n`);

const message = (error: unknown) => (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/** The race on WebGPU: ours there, PyTorch and ONNX Runtime's WebGPU if they can run. */
function onWebgpu(race: Race): Race {
  const peers = race.peers.filter(({ label }) => PEERS.test(label));
  const none: Contestant = { label: "onnxruntime-web WebGPU", engine: { unavailable: "not packed for this case" } };
  return {
    ...race,
    ours: race.ours.filter(({ label }) => label === "webgpu"),
    peers: peers.length > 0 ? peers : [none],
    tolerance: Math.max(race.tolerance ?? 0, 1e-2), // GPUs sum in another order
    ...(isShort && { milliseconds: 0, warmUp: false }),
  };
}

const PEERS = /WebGPU|PyTorch/;

/** A line for each kernel, or one that says why there are none. */
async function profileOf(race: Race): Promise<readonly string[]> {
  try {
    return await profileRace(name, race);
  } catch (error) {
    return [`no profile: ${message(error)}`];
  }
}

const folder = await mkdtemp(join(tmpdir(), "qkv-gpu-"));
// A driver in software compiles for minutes where the machine has other work.
const patience = isShort ? 150_000 : 45_000;
const settings = { rounds: isShort ? 1 : 3, threads: 2, note, patience, keepsFailures: true };
try {
  const races = (await CASES[name]?.(folder, { threads: 2, note, isShort })) ?? [];
  for (const race of isShort ? races.slice(0, 1) : races) {
    const { variant } = race;
    const chosen = onWebgpu(race);
    try {
      tell({ variant, rows: await runRace(name, chosen, settings) });
    } catch (error) {
      tell({ variant, why: message(error) });
    }
    if (!isShort || name === "encoder") tell({ variant, profile: await profileOf(chosen) });
  }
} catch (error) {
  tell({ why: message(error) });
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();
