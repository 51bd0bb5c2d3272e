import { EngineProcess, type EngineSpec } from "./engineProcess.ts";
import type { Round } from "./engine.ts";
import { type Measured, type Row, rowOf } from "./row.ts";
import { difference, median } from "./statistics.ts";

/** One who takes part. */
export interface Contestant {
  /** Of ours the backend, of a peer its name. */
  readonly label: string;
  readonly engine: EngineSpec;
  /** Takes part in that many rounds at most: for one that takes minutes. */
  readonly rounds?: number;
  /** How far its result may be apart, where it rounds more than the others do. Left out: the race's. */
  readonly tolerance?: number;
}

/** The same work done by ours and by peers. */
export interface Race {
  readonly variant?: string;
  /** Each on another backend; one that is unavailable has no rows. */
  readonly ours: readonly Contestant[];
  readonly peers: readonly Contestant[];
  /** How far results may be apart, see `difference`. Left out: 1e-3. */
  readonly tolerance?: number;
  /** Left out: 5. */
  readonly rounds?: number;
  /** How long a turn lasts at least. Left out: 500. */
  readonly milliseconds?: number;
  /** Runs before the first round that are not counted. Left out: true. */
  readonly warmUp?: boolean;
  /** Where the work has its own number, whatever was asked for. */
  readonly threads?: number;
  /** Whether memory says something here. */
  readonly memory?: boolean;
}

/** What the command line asks of every race. */
export interface RaceSettings {
  readonly rounds: number | undefined;
  readonly threads: number;
  /** Told what goes on. */
  readonly note: (text: string) => void;
}

interface Running {
  readonly contestant: Contestant;
  readonly process: EngineProcess | Measured;
  readonly rounds: Round[];
}

/**
 * Runs a race: every engine starts in a process of its own and shows what it computes, then they take turns.
 *
 * @throws Error if one of them computes something else than the first of ours, or fails
 */
export async function runRace(name: string, race: Race, settings: RaceSettings): Promise<Row[]> {
  const running: Running[] = [];
  try {
    for (const contestant of [...race.ours, ...race.peers]) {
      settings.note(`${contestant.label} starts`);
      running.push({ contestant, process: await EngineProcess.start(contestant.label, contestant.engine), rounds: [] });
    }
    const able = running.filter(
      (one): one is Running & { process: EngineProcess } => one.process instanceof EngineProcess,
    );
    await checkAgreement(name, able, race.tolerance ?? 1e-3);
    await takeTurns(able, race, settings);
    return rows(name, race, running, settings);
  } finally {
    await Promise.all(running.map(({ process }) => (process instanceof EngineProcess ? process.stop() : undefined)));
  }
}

async function checkAgreement(
  name: string,
  able: readonly { contestant: Contestant; process: EngineProcess }[],
  ofRace: number,
): Promise<void> {
  if (able.length < 2) return; // nobody to agree with
  let expected: readonly number[] | undefined;
  for (const { contestant, process } of able) {
    const result = await process.result();
    if (result === null) continue;
    expected ??= result;
    const tolerance = contestant.tolerance ?? ofRace;
    const apart = difference(expected, result);
    if (!(apart <= tolerance)) {
      throw new Error(
        `${name}: expected ${contestant.label} to compute the same within ${tolerance}, got ${apart} apart`,
      );
    }
  }
}

async function takeTurns(
  able: readonly { contestant: Contestant; process: EngineProcess; rounds: Round[] }[],
  race: Race,
  settings: RaceSettings,
): Promise<void> {
  const { milliseconds = 500, warmUp = true } = race;
  if (warmUp) for (const { process } of able) await process.round(0);
  const rounds = settings.rounds ?? race.rounds ?? 5;
  for (let i = 0; i < rounds; i++) {
    for (const one of able) {
      if (i >= (one.contestant.rounds ?? Infinity)) continue;
      one.rounds.push(await one.process.round(milliseconds));
      settings.note(`round ${i + 1} of ${rounds}: ${one.contestant.label} ${one.rounds.at(-1)?.ms.toFixed(1)} ms`);
    }
  }
}

function rows(name: string, race: Race, running: readonly Running[], settings: RaceSettings): Row[] {
  const threads = race.threads ?? settings.threads;
  const measured = new Map(running.map((one) => [one.contestant, measure(one, race.memory ?? false)]));
  const of = (contestant: Contestant) => measured.get(contestant) as Measured;
  return race.ours
    .filter((ours) => of(ours).why === undefined)
    .flatMap((ours) =>
      race.peers.map((peer) =>
        rowOf({ name, variant: race.variant, backend: ours.label, threads, peer: peer.label }, of(ours), of(peer)),
      ),
    );
}

function measure({ process, rounds }: Running, memory: boolean): Measured {
  if (!(process instanceof EngineProcess)) return process;
  return {
    ...process.about,
    ms: median(rounds.map(({ ms }) => ms)),
    ...(memory && { megabytes: Math.max(...rounds.map(({ megabytes }) => megabytes)) }),
  };
}
