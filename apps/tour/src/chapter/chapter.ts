import type { Language } from "@qkv/app-shell";
import type { ComponentType } from "preact";
import type { ChapterText } from "./chapterText.ts";

/** What a chapter's folder brings: its words in each language, its programs among them, and its figures by name. */
export interface Chapter {
  readonly text: Readonly<Record<Language, () => Promise<{ readonly default: ChapterText }>>>;
  readonly figures: Readonly<Record<string, ComponentType>>;
}

/** What the contents tell of a chapter before it is loaded. */
export interface ChapterEntry {
  /** Its name in addresses. */
  readonly id: string;
  readonly title: Readonly<Record<Language, string>>;
  /** Sections of Dive into Deep Learning on the same: their number, and their page. */
  readonly sections: readonly (readonly [number: string, page: string])[];
  readonly load: () => Promise<{ readonly default: Chapter }>;
}
