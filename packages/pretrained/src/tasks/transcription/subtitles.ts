import { checkArray, describeArgument } from "@qkv/ops";
import type { TranscriptSegment } from "./transcriber.ts";

/**
 * Formats segments as subtitles, one cue each: SubRip or WebVTT.
 *
 * @param segments with start and end in seconds
 */
export function formatSubtitles(
  segments: readonly Pick<TranscriptSegment, "start" | "end" | "text">[],
  kind: "srt" | "vtt",
): string {
  checkArray("formatSubtitles", "segments", segments);
  if (kind !== "srt" && kind !== "vtt") {
    throw new RangeError(`formatSubtitles: expected kind to be srt or vtt, got ${describeArgument(kind)}`);
  }
  const mark = kind === "srt" ? "," : ".";
  const cues = segments.map(({ start, end, text }, i) =>
    [
      ...(kind === "srt" ? [`${i + 1}`] : []),
      `${timeOf(start, mark)} --> ${timeOf(end, mark)}`,
      // A line that is empty, or an arrow, would end the cue or begin another.
      text.trim().replace(/\n+/g, "\n").replaceAll("-->", "->"),
      "",
    ].join("\n"),
  );
  return `${kind === "vtt" ? "WEBVTT\n\n" : ""}${cues.join("\n")}`;
}

/** `01:02:03,456` */
function timeOf(seconds: number, mark: string): string {
  const all = Math.round(1000 * seconds);
  const part = (value: number, digits = 2) => `${value}`.padStart(digits, "0");
  const [hours, minutes, rest] = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60, all % 60_000];
  return `${part(hours)}:${part(minutes)}:${part(Math.floor(rest / 1000))}${mark}${part(rest % 1000, 3)}`;
}
