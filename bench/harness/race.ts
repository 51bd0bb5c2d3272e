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
  /** Milliseconds that an engine has to start, and for each answer. Left out: as long as it takes. */
  readonly patience?: number;
  /** Whether an engine that fails has rows that say why, and the others go on. Left out: false, the race fails. */
  readonly keepsFailures?: boolean;
}

interface Running {
  readonly contestant: Contestant;
  /** What was said of the engine where it cannot run, or did not run to the end. */
  process: EngineProcess | Measured;
  readonly rounds: Round[];
}

type Able = Running & { readonly process: EngineProcess };

const isAble = (one: Running): one is Able => one.process instanceof EngineProcess;

/**
 * Runs a race: every engine starts in a process of its own and shows what it computes, then they take turns.
 *
 * @throws Error if one of them computes something else than the first of ours, or fails, but for `keepsFailures`
 */
export async function runRace(name: string, race: Race, settings: RaceSettings): Promise<Row[]> {
  const running: Running[] = [];
  try {
    for (const contestant of [...race.ours, ...race.peers]) {
      settings.note(`${contestant.label} starts`);
      const one: Running = { contestant, process: {}, rounds: [] };
      running.push(one);
      await attempt(one, settings, async () => {
        one.process = await EngineProcess.start(contestant.label, contestant.engine, settings.patience);
      });
    }
    await checkAgreement(name, running.filter(isAble), race.tolerance ?? 1e-3, settings);
    await takeTurns(running.filter(isAble), race, settings);
    return rows(name, race, running, settings);
  } finally {
    await Promise.all(running.map(({ process }) => (process instanceof EngineProcess ? process.stop() : undefined)));
  }
}

/** Does a part of a contestant's work; where failures are kept, one that fails is out of the race with its reason. */
async function attempt(one: Running, { keepsFailures, note }: RaceSettings, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (keepsFailures !== true) throw error;
    if (one.process instanceof EngineProcess) await one.process.stop();
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    one.process = { why };
    note(why);
  }
}

async function checkAgreement(
  name: string,
  able: readonly Able[],
  ofRace: number,
  settings: RaceSettings,
): Promise<void> {
  if (able.length < 2) return; // nobody to agree with
  let expected: readonly number[] | undefined;
  for (const one of able) {
    const { contestant, process } = one;
    await attempt(one, settings, async () => {
      const result = await process.result();
      if (result === null) return;
      expected ??= result;
      const tolerance = contestant.tolerance ?? ofRace;
      const apart = difference(expected, result);
      if (!(apart <= tolerance)) {
        throw new Error(
          `${name}: expected ${contestant.label} to compute the same within ${tolerance}, got ${apart} apart`,
        );
      }
    });
  }
}

async function takeTurns(able: readonly Able[], race: Race, settings: RaceSettings): Promise<void> {
  const { milliseconds = 500, warmUp = true } = race;
  if (warmUp) for (const one of able) await attempt(one, settings, async () => void (await one.process.round(0)));
  const rounds = settings.rounds ?? race.rounds ?? 5;
  for (let i = 0; i < rounds; i++) {
    for (const one of able) {
      if (i >= (one.contestant.rounds ?? Infinity) || !isAble(one)) continue;
      await attempt(one, settings, async () => {
        one.rounds.push(await one.process.round(milliseconds));
        settings.note(`round ${i + 1} of ${rounds}: ${one.contestant.label} ${one.rounds.at(-1)?.ms.toFixed(1)} ms`);
      });
    }
  }
}

function rows(name: string, race: Race, running: readonly Running[], settings: RaceSettings): Row[] {
  const threads = race.threads ?? settings.threads;
  const measured = new Map(running.map((one) => [one.contestant, measure(one, race.memory ?? false)]));
  const of = (contestant: Contestant) => measured.get(contestant) as Measured;
  return race.ours
    .filter((ours) => settings.keepsFailures === true || of(ours).why === undefined)
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
