import { EngineProcess } from "./engineProcess.ts";
import type { Race } from "./race.ts";

/** Where the time goes in each of ours that can run and can tell, as lines of text. */
export async function profileRace(name: string, { variant, ours }: Race): Promise<string[]> {
  const lines: string[] = [];
  for (const { label, engine } of ours) {
    const process = await EngineProcess.start(label, engine);
    if (!(process instanceof EngineProcess)) continue;
    try {
      const profile = await process.profile();
      if (profile.length > 0) lines.push([name, variant, label].filter(Boolean).join(", "), ...profile, "");
    } finally {
      await process.stop();
    }
  }
  return lines;
}
