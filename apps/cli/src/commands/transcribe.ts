import type { TranscriptSegment } from "@qkv/pretrained";
import { Command, Option } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { beamCount } from "../numberOption.ts";
import { oneLine } from "../oneLine.ts";
import { MODEL_REF, openModelFiles } from "../openModelFiles.ts";
import { writeJson, writeText } from "../output.ts";
import { progressBar } from "../progressBar.ts";
import { openSound } from "../speech/openSound.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { unreadable } from "../unreadable.ts";

interface TranscribeCommandOptions extends BackendChoice {
  readonly model: string;
  readonly language?: string;
  readonly task: "transcribe" | "translate";
  readonly beams?: number;
  readonly words?: boolean;
  readonly srt?: boolean;
  readonly vtt?: boolean;
  readonly json?: boolean;
}

/** A segment or a word. */
type Cue = Pick<TranscriptSegment, "start" | "end" | "text">;

/** `qkv transcribe`: what is said in sound files. */
export function transcribeCommand(): Command {
  return withBackendOptions(
    new Command("transcribe")
      .description("Write what is said in sound files (WAV, FLAC, MP3, Ogg), as text comes.")
      .argument("<file...>", "sound files")
      .requiredOption("--model <ref>", MODEL_REF)
      .option("--language <code>", "the language that is spoken (default: as the model hears)")
      .addOption(
        new Option("--task <task>", "text in the language that is spoken, or in English")
          .choices(["transcribe", "translate"])
          .default("transcribe"),
      )
      .option("--beams <n>", "beams kept while searching", beamCount)
      .option(
        "--words",
        "each word with its time: in --json, as a subtitle of its own, or a line of start, end and word",
      )
      .addOption(new Option("--srt", "subtitles as SubRip").conflicts(["vtt", "json"]))
      .addOption(new Option("--vtt", "subtitles as WebVTT").conflicts("json"))
      .option("--json", "a JSON object a line: file, text, language, segments"),
  ).action((files: string[], options: TranscribeCommandOptions) =>
    untilInterrupted((signal) => runTranscribe(files, options, signal)),
  );
}

async function runTranscribe(files: string[], options: TranscribeCommandOptions, signal: AbortSignal): Promise<void> {
  const source = await openModelFiles(options.model);
  const { createTranscriber, formatSubtitles, loadPretrained } = await import("@qkv/pretrained");
  await startBackend(options);
  const pretrained = await loadPretrained(source, { signal, ...tokenizerOptions() });
  const { language, task, beams: numBeams, words = false, json = false, srt = false, vtt = false } = options;
  const isCtc = pretrained.task === "speechCtc"; // of one language and task
  const given = {
    words,
    ...(!isCtc && { task }),
    ...(language !== undefined && { language }),
    ...(numBeams !== undefined && { numBeams }),
  };
  let failed = 0;
  try {
    const transcriber = createTranscriber(pretrained);
    for (const file of files) {
      signal.throwIfAborted();
      const bar = progressBar(file, 100, "%");
      const onProgress = ({ done, total }: { done: number; total: number }) =>
        bar.update(Math.round((100 * done) / total));
      try {
        const sound = await openSound(file);
        if (json) {
          const transcript = await transcriber.transcribe(sound, { ...given, signal, onProgress });
          bar.stop();
          await writeJson({ file, ...transcript });
          continue;
        }
        const cues: Cue[] = [];
        for await (const segment of transcriber.segments(sound, { ...given, signal, onProgress })) {
          const found: readonly Cue[] = words ? (segment.words ?? []) : [segment];
          if (srt || vtt) cues.push(...found);
          else await writeText(found.map((cue) => `${words ? timed(cue) : oneLine(cue.text.trim())}\n`).join(""));
        }
        bar.stop();
        if (srt || vtt) await writeText(formatSubtitles(cues, srt ? "srt" : "vtt"));
      } catch (error) {
        bar.stop();
        signal.throwIfAborted();
        const { code, message } = error as NodeJS.ErrnoException;
        note(`${file}: ${code === undefined ? message : `expected a sound file, got ${unreadable(error)}`}`);
        failed += 1;
      }
    }
  } finally {
    pretrained.model.dispose();
  }
  if (failed > 0) throw new Error(`${failed} of ${files.length} files could not be transcribed`);
}

/** A word as a line: seconds of its start and end, and its text, between tabs. */
function timed({ start, end, text }: Cue): string {
  return [start.toFixed(2), end.toFixed(2), oneLine(text.trim())].join("\t");
}
