import { expect, test } from "vitest";
import { formatSubtitles } from "./subtitles.ts";

const SEGMENTS = [
  { start: 0, end: 1.5, text: " It was the best of times," },
  { start: 3661.9999, end: 3662.02, text: "a --> b\n\nc" },
];

test("SubRip", () => {
  expect(formatSubtitles(SEGMENTS, "srt")).toBe(
    "1\n00:00:00,000 --> 00:00:01,500\nIt was the best of times,\n\n2\n01:01:02,000 --> 01:01:02,020\na -> b\nc\n",
  );
});

test("WebVTT", () => {
  expect(formatSubtitles(SEGMENTS.slice(0, 1), "vtt")).toBe(
    "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nIt was the best of times,\n",
  );
});
