/** How many groups so many columns have; -1 is the size of a group of all. */
export function groupsOf(columns: number, groupSize: number): number {
  return groupSize === -1 ? 1 : Math.ceil(columns / groupSize);
}

/** The group of each column where groups are neighbours: the last may be smaller. */
export function neighbours(columns: number, groupSize: number): Int32Array {
  return Int32Array.from({ length: columns }, (_, column) => (groupSize === -1 ? 0 : Math.floor(column / groupSize)));
}
