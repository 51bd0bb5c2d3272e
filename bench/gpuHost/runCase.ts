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
    ...(isShort && { rounds: 1, milliseconds: 0, warmUp: false }),
  };
}

const PEERS = /WebGPU|PyTorch/;

/** Seconds after which a race goes on without its peers. */
const PATIENCE = isShort ? 150 : 45;

function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no result within ${PATIENCE} seconds`)), PATIENCE * 1000).unref();
  });
  return Promise.race([work, late]);
}

/** The rows of a race; of ours alone if a peer fails, with what it says. */
async function rowsOf(race: Race) {
  const settings = { rounds: isShort ? 1 : 3, threads: 2, note };
  try {
    return await inTime(runRace(name, race, settings));
  } catch (error) {
    if (race.peers.every(({ engine }) => "unavailable" in engine)) throw error;
    const peers = race.peers.map((peer) => ({ ...peer, engine: { unavailable: message(error) } }));
    return runRace(name, { ...race, peers }, settings);
  }
}

const folder = await mkdtemp(join(tmpdir(), "qkv-gpu-"));
try {
  for (const race of (await CASES[name]?.(folder, { threads: 2, note })) ?? []) {
    const { variant } = race;
    const chosen = onWebgpu(race);
    try {
      tell({ variant, rows: await rowsOf(chosen) });
      tell({ variant, profile: await profileRace(name, chosen) });
    } catch (error) {
      tell({ variant, why: message(error) });
    }
  }
} catch (error) {
  tell({ why: message(error) });
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();
