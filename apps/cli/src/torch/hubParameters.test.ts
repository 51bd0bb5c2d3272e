import { initBackend } from "@qkv/backend";
import { Params, type StateDict, type StateEntry } from "@qkv/nn";
import { createAdapter } from "@qkv/pretrained";
import { readVariables } from "@qkv/training";
import { gpt2, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { adapterParameters, type HubParameters, modelParameters } from "./hubParameters.ts";
import { fromTorch, toTorch } from "./moments.ts";

beforeAll(() => initBackend("cpu"));

const newGpt2 = () =>
  gpt2.build(
    Params.initialized(3),
    gpt2.parseConfig({ model_type: "gpt2", vocab_size: 11, n_embd: 6, n_head: 2, n_layer: 1, n_positions: 5 }),
  );
const newLlama = () =>
  llama.build(
    Params.initialized(3),
    llama.parseConfig({
      ...{ model_type: "llama", vocab_size: 11, hidden_size: 8, intermediate_size: 6, num_hidden_layers: 2 },
      ...{ num_attention_heads: 2, num_key_value_heads: 1 },
    }),
  );

/** Other numbers of the same shapes, all different. */
function other(state: StateDict, from: number): StateDict {
  return new Map([...state].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => ++from) }]));
}

describe("a model's parameters", () => {
  test("have the names and shapes of Hugging Face's files, and come back", async () => {
    const model = newGpt2();
    const [hub, params] = [modelParameters(model), await readVariables(model.params.named())];
    const stored = await hub.toHub(params);
    expect(stored.get("transformer.h.0.attn.c_attn.weight")?.shape).toEqual([6, 18]);
    expect(stored.get("transformer.h.0.mlp.c_fc.weight")?.shape).toEqual([6, 24]);
    expect(new Map(await hub.fromHub(stored))).toEqual(new Map(params));
    expect(hub.joined?.([...stored.keys()])).toEqual({
      "transformer.h.0.attn.c_attn.weight": [3, 1],
      "transformer.h.0.attn.c_attn.bias": [3, 0],
    });
    model.dispose();
  });
});

describe("an adapter's parameters", () => {
  test.each([
    ["whose matrices the file joins", newGpt2, ["c_attn", "c_fc"], "h.0.attn.c_attn.lora_B.weight", [18, 2]],
    ["whose matrices are apart", newLlama, ["q_proj", "down_proj"], "layers.1.mlp.down_proj.lora_A.weight", [2, 6]],
  ])("%s", async (_, make, targetModules, name, shape) => {
    const model = make();
    const adapter = await createAdapter(model, { rank: 2, targetModules });
    const before = await readVariables(adapter.named());
    const [hub, tensors] = [adapterParameters(model, adapter), tf.memory().numTensors];
    const state = other(before, 0);
    const stored = await hub.toHub(state);
    expect([...stored].find(([each]) => each.endsWith(name))?.[1].shape).toEqual(shape);
    expect(new Map(await hub.fromHub(stored))).toEqual(new Map(state));
    expect(new Map(await readVariables(adapter.named()))).toEqual(new Map(before));
    expect(tf.memory().numTensors).toBe(tensors);
    adapter.dispose();
    model.dispose();
  });
});

describe("moments", () => {
  /** The state of an optimizer after three updates, and the names and shapes of a model's parameters. */
  async function made(optimizer: string) {
    const model = newLlama();
    const params = await readVariables(model.params.named());
    const hub: HubParameters = modelParameters(model);
    const group = (isInner: boolean) =>
      new Map([...params].filter(([name]) => model.params.named("matrix").has(name) === isInner));
    const slots = {
      adamW: [["", params, ["first", "second"]]],
      lion: [["", params, ["momentum"]]],
      muon: [["0.", group(true), ["momentum"]], ["1.", group(false), ["first", "second"]]], // prettier-ignore
    }[optimizer] as [string, StateDict, string[]][];
    let from = 0;
    const state = new Map(
      slots.flatMap(([prefix, of, names]) =>
        names.flatMap((slot) => {
          from += 1000;
          const arrays = [...other(of, from)].map(([name, entry]) => [`${prefix}${slot}.${name}`, entry] as const);
          const steps = [...of.keys()].map((name) => {
            return [`${prefix}steps.${name}`, { shape: [], data: Float32Array.of(3) }] as const;
          });
          return slot === "second" ? [...arrays, ...steps] : arrays;
        }),
      ),
    );
    const shapes = new Map([...(await hub.toHub(params))].map(([name, { shape }]) => [name, shape]));
    model.dispose();
    return { state, shapes, hub };
  }

  test.each(["adamW", "lion", "muon"])("of %s go to PyTorch's names and come back", async (optimizer) => {
    const { state, shapes, hub } = await made(optimizer);
    const moments = await toTorch(optimizer, state, hub);
    expect([...moments.tensors.keys()][0]).toMatch(/^(exp_avg|momentum_buffer)\.model\./);
    expect(moments.updates).toBe(optimizer === "lion" ? 0 : 3);
    const back = await fromTorch(optimizer, moments, shapes, hub);
    const sorted = (each: StateDict) => [...each].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(back)).toEqual(sorted(state));
  });

  test("that are missing, of another shape or of another optimizer are refused by name", async () => {
    const { state, shapes, hub } = await made("adamW");
    const { tensors, updates } = await toTorch("adamW", state, hub);
    const refused = (changes: (all: Map<string, unknown>) => void, optimizer = "adamW") => {
      const changed = new Map(tensors);
      changes(changed);
      return expect(fromTorch(optimizer, { tensors: changed, updates }, shapes, hub)).rejects;
    };
    const [name] = [...shapes.keys()];
    await refused((all) => all.delete(`exp_avg_sq.${name}`)).toThrow(`exp_avg_sq.${name}: expected a tensor of shape`);
    await refused((all) => ["exp_avg", "exp_avg_sq"].map((slot) => all.delete(`${slot}.${name}`))).toThrow(
      `expected moments of ${name}, got none`,
    );
    await refused((all) => all.set(`exp_avg.${name}`, { shape: [1], data: Float32Array.of(1) })).toThrow(
      `exp_avg.${name}: expected shape [${shapes.get(name ?? "")}], got [1]`,
    );
    await refused(() => undefined, "lion").toThrow("expected moments of lion, got exp_avg_sq.");
  });

  test("after unequal numbers of updates are refused", async () => {
    const { state, hub } = await made("adamW");
    const [steps = ""] = [...state.keys()].filter((name) => name.startsWith("steps."));
    const uneven = new Map<string, StateEntry>(state).set(steps, { shape: [], data: Float32Array.of(4) });
    await expect(toTorch("adamW", uneven, hub)).rejects.toThrow("as many updates of every parameter, got 3, 4");
  });
});
