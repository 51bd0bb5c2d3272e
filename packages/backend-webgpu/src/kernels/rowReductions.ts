interface Reduction {
  readonly name: string;
  /** The neutral element of `join`. */
  readonly none: string;
  readonly join: (a: string, b: string) => string;
  readonly acrossSubgroup: string;
}

const REDUCTIONS: readonly Reduction[] = [
  { name: "rowSum", none: "0.0", join: (a, b) => `${a} + ${b}`, acrossSubgroup: "subgroupAdd" },
  { name: "rowMax", none: "LOWEST", join: (a, b) => `max(${a}, ${b})`, acrossSubgroup: "subgroupMax" },
];

/** `rowSum` and `rowMax` of a value of each of LANES threads; every thread must call them, and gets the result. */
export function rowReductions(subgroups: boolean): string {
  return /* wgsl */ `
      ${subgroups ? "enable subgroups;" : ""}
      var<workgroup> places: array<f32, LANES>;
      ${REDUCTIONS.map(subgroups ? bySubgroups : byHalves).join("\n")}`;
}

/** Halves the threads: half of them join the values of the other half, then half of those. Works everywhere. */
function byHalves({ name, join }: Reduction): string {
  return /* wgsl */ `
      fn ${name}(value: f32) -> f32 {
        places[localIndex] = value;
        for (var span = u32(LANES / 2); span > 0u; span >>= 1u) {
          workgroupBarrier();
          if (localIndex < span) {
            places[localIndex] = ${join("places[localIndex]", "places[localIndex + span]")};
          }
        }
        workgroupBarrier();
        let whole = places[0];
        workgroupBarrier();
        return whole;
      }`;
}

/**
 * Two barriers instead of eight. Which threads form a subgroup is the driver's choice, so one thread of each leaves its
 * subgroup's share in its own place, and every subgroup then joins all places.
 */
function bySubgroups({ name, none, join, acrossSubgroup }: Reduction): string {
  return /* wgsl */ `
      fn ${name}(value: f32) -> f32 {
        let share = ${acrossSubgroup}(value);
        places[localIndex] = select(${none}, share, subgroupElect());
        let size = subgroupAdd(1u);
        let rank = subgroupExclusiveAdd(1u);
        workgroupBarrier();
        var whole = ${none};
        for (var i = rank; i < u32(LANES); i += size) {
          whole = ${join("whole", "places[i]")};
        }
        workgroupBarrier();
        return ${acrossSubgroup}(whole);
      }`;
}
