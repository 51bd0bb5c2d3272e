/** A piece of a chapter, from top to bottom. HTML is made of the project's own Markdown when the page is built. */
export type Block =
  | { readonly kind: "prose"; readonly html: string }
  | { readonly kind: "figure"; readonly name: string }
  | { readonly kind: "program"; readonly name: string; readonly source: string };

/** What is asked at the end of a chapter. */
export interface Exercise {
  readonly question: string;
  readonly answer:
    | { readonly kind: "choice"; readonly options: readonly string[]; readonly right: number }
    | { readonly kind: "number"; readonly value: number; readonly within: number };
  readonly hint: string;
  /** Shown with a right answer. */
  readonly explanation: string;
}

/** The words of a chapter in one language. */
export interface ChapterText {
  readonly title: string;
  readonly lead: string;
  readonly blocks: readonly Block[];
  readonly exercise: Exercise;
}
