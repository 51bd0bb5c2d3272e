import { describeBackends } from "@qkv/testing";
import { testGenerations } from "./generationGoldens.ts";

describeBackends("generate, of outputs that are begun, equals Python's", () => {
  testGenerations("begun_generations.json");
});
