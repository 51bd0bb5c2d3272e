/** A value of each thread of a workgroup that is joined to one, which all get. */
interface Reduction {
  readonly name: string;
  readonly type: "f32" | "vec4<f32>";
  readonly by: "sum" | "max";
}

/** -inf's stand-in: WGSL may take infinities for impossible. */
export const LOWEST = -3.4e38;

/**
 * Functions that join a value of each of `threads` threads; every thread must call them. By subgroups where the device has them:
 * two barriers in place of one for each halving.
 */
export function reductionsText(threads: number, subgroups: boolean, reductions: readonly Reduction[]): string {
  const texts = reductions.map((reduction) =>
    subgroups ? bySubgroups(threads, reduction) : byHalves(threads, reduction),
  );
  return `${subgroups ? "\n  enable subgroups;\n" : ""}${texts.join("\n")}`;
}

function noneOf({ type, by }: Reduction): string {
  return `${type}(${by === "sum" ? 0 : LOWEST})`;
}

function byHalves(threads: number, { name, type, by }: Reduction): string {
  const [own, other] = [`places_${name}[localIndex]`, `places_${name}[localIndex + span]`];
  return /* wgsl */ `
    var<workgroup> places_${name}: array<${type}, ${threads}>;
    fn ${name}(value: ${type}) -> ${type} {
      places_${name}[localIndex] = value;
      for (var span = ${threads / 2}u; span > 0u; span >>= 1u) {
        workgroupBarrier();
        if (localIndex < span) {
          places_${name}[localIndex] = ${by === "sum" ? `${own} + ${other}` : `max(${own}, ${other})`};
        }
      }
      workgroupBarrier();
      let whole = places_${name}[0];
      workgroupBarrier();
      return whole;
    }`;
}

// Which threads form a subgroup is the driver's choice, so one thread of each leaves its subgroup's share in its own place, and
// every subgroup then joins all places.
function bySubgroups(threads: number, reduction: Reduction): string {
  const { name, type, by } = reduction;
  const across = by === "sum" ? "subgroupAdd" : "subgroupMax";
  return /* wgsl */ `
    var<workgroup> places_${name}: array<${type}, ${threads}>;
    fn ${name}(value: ${type}) -> ${type} {
      let share = ${across}(value);
      places_${name}[localIndex] = select(${noneOf(reduction)}, share, subgroupElect());
      let size = subgroupAdd(1u);
      let rank = subgroupExclusiveAdd(1u);
      workgroupBarrier();
      var whole = ${noneOf(reduction)};
      for (var i = rank; i < ${threads}u; i += size) {
        whole = ${by === "sum" ? `whole + places_${name}[i]` : `max(whole, places_${name}[i])`};
      }
      workgroupBarrier();
      return ${across}(whole);
    }`;
}
