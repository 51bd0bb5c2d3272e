/** The scores of each text's classes in the order of their names: engines give the likeliest first. */
export function scoresByName(texts: readonly (readonly { label: string; score: number }[])[]): number[] {
  return texts.flatMap((classes) =>
    classes.toSorted((a, b) => a.label.localeCompare(b.label)).map(({ score }) => score),
  );
}
