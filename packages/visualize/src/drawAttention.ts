/** The attention of one kind, as an attention page holds it. */
export interface PageMaps {
  readonly name: string;
  readonly shape: readonly [layers: number, heads: number, queries: number, keys: number];
  readonly queries: readonly string[];
  readonly keys: readonly string[];
  /** [layers, heads, queries, keys] */
  readonly weights: readonly number[];
}

/**
 * Draws the controls and the table of an attention page. Its own text is put into the page, so it names nothing outside itself.
 */
export function drawAttention(root: HTMLElement, all: readonly PageMaps[]): void {
  const make = (name: string, text = "") => {
    const element = document.createElement(name);
    element.textContent = text;
    return element;
  };
  const picker = (label: string, names: readonly string[]) => {
    const select = make("select") as HTMLSelectElement;
    for (const [i, name] of names.entries()) {
      const option = make("option", name) as HTMLOptionElement;
      option.value = String(i);
      select.append(option);
    }
    const around = make("label", `${label} `);
    around.append(select);
    return { around, select };
  };
  const form = make("form");
  const kind = picker(
    "attention",
    all.map(({ name }) => name),
  );
  const rest = make("fieldset");
  const told = make("output");
  const scroll = make("div");
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  form.append(kind.around, rest);
  root.append(form, told, scroll);

  const start = () => {
    const maps = all[Number(kind.select.value)];
    if (maps === undefined) return;
    const [layers, heads] = maps.shape;
    const layer = picker("layer", ["mean of all", ...Array.from({ length: layers }, (_, i) => String(i))]);
    const toggles = Array.from({ length: heads }, (_, i) => {
      const box = make("input") as HTMLInputElement;
      box.type = "checkbox";
      box.checked = true;
      const around = make("label");
      around.append(box, ` head ${i}`);
      return { around, box };
    });
    rest.replaceChildren(layer.around, ...toggles.map(({ around }) => around));
    const draw = () => {
      const chosen = toggles.flatMap(({ box }, i) => (box.checked ? [i] : []));
      const which =
        layer.select.selectedIndex === 0
          ? Array.from({ length: layers }, (_, i) => i)
          : [layer.select.selectedIndex - 1];
      fill(maps, which, chosen);
    };
    rest.onchange = draw;
    draw();
  };

  const fill = (maps: PageMaps, layers: readonly number[], heads: readonly number[]) => {
    const [, count, queries, keys] = maps.shape;
    const weightOf = (query: number, key: number) => {
      let sum = 0;
      for (const layer of layers)
        for (const head of heads) sum += maps.weights[((layer * count + head) * queries + query) * keys + key] ?? 0;
      return sum / Math.max(1, layers.length * heads.length);
    };
    const table = make("table");
    const top = make("tr");
    top.append(make("td"), ...maps.keys.map((key) => make("th", key)));
    const header = make("thead");
    header.append(top);
    const body = make("tbody");
    for (const [i, query] of maps.queries.entries()) {
      const row = make("tr");
      row.append(make("th", query));
      for (const [j, key] of maps.keys.entries()) {
        const weight = weightOf(i, j);
        const cell = make("td");
        cell.style.setProperty("--w", weight.toFixed(3));
        cell.title = `${query} ← ${key}: ${weight.toFixed(3)}`;
        row.append(cell);
      }
      body.append(row);
    }
    table.append(header, body);
    table.onmouseover = ({ target }) => {
      for (const marked of table.querySelectorAll(".on")) marked.classList.remove("on");
      const cell = (target as Element).closest("td, th");
      const line = (target as Element).closest("tbody tr");
      if (cell === null || line === null) return;
      const at = Array.from(line.children).indexOf(cell);
      line.firstElementChild?.classList.add("on");
      if (at > 0) top.children[at]?.classList.add("on");
      const query = line.firstElementChild?.textContent ?? "";
      const place = Array.from(body.children).indexOf(line);
      const strongest = maps.keys
        .map((key, j) => ({ key, weight: weightOf(place, j) }))
        .sort((a, b) => b.weight - a.weight)
        .slice(0, 3);
      const best = strongest.map(({ key, weight }) => `${key} (${weight.toFixed(2)})`).join(", ");
      told.textContent = at > 0 ? (cell as HTMLElement).title : `${query} looks most at ${best}`;
    };
    scroll.replaceChildren(table);
  };
  kind.select.onchange = start;
  start();
}
