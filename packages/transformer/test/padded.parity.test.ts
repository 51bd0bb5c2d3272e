import { describeBackends } from "@qkv/testing";
import { testGenerations } from "./generationGoldens.ts";

describeBackends("generate, of rows padded on any side, equals Python's", () => {
  testGenerations("padded_generations.json");
});
