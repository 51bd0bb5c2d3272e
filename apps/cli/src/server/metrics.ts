/** Counters of a server, as text for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export class Metrics {
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #gauges: Readonly<Record<string, () => number>>;

  /** @param gauges by their names in {@link HELP} */
  constructor(gauges: Readonly<Record<string, () => number>>) {
    this.#gauges = gauges;
  }

  /** Adds to the counter of a name and labels. */
  add(name: string, labels: Readonly<Record<string, string>>, amount = 1): void {
    const key = Object.entries(labels)
      .map(([label, value]) => `${label}="${escaped(value)}"`)
      .join(",");
    const counter = this.#counters.get(name) ?? new Map<string, number>();
    counter.set(key, (counter.get(key) ?? 0) + amount);
    this.#counters.set(name, counter);
  }

  /** All of it, a line each. */
  text(): string {
    const lines = [...this.#counters].flatMap(([name, counter]) => [
      ...head(name, "counter"),
      ...Array.from(counter, ([labels, value]) => `${name}{${labels}} ${value}`),
    ]);
    const gauges = Object.entries(this.#gauges).flatMap(([name, read]) => [
      ...head(name, "gauge"),
      `${name} ${read()}`,
    ]);
    return `${[...lines, ...gauges].join("\n")}\n`;
  }
}

const HELP: Readonly<Record<string, string>> = {
  qkv_requests_total: "Requests by path and status.",
  qkv_request_seconds_total: "Seconds that requests took, waiting included, by path.",
  qkv_prompt_tokens_total: "Tokens of prompts and of embedded texts, by model.",
  qkv_generated_tokens_total: "Generated tokens, by model.",
  qkv_sound_seconds_total: "Seconds of sound that were transcribed, by model.",
  qkv_requests_running: "Requests that compute.",
  qkv_requests_waiting: "Requests that wait for their turn.",
};

function head(name: string, type: string): string[] {
  return [`# HELP ${name} ${HELP[name] ?? name}`, `# TYPE ${name} ${type}`];
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
