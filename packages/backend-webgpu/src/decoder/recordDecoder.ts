import type { RecordDecoderAttrs } from "@qkv/ops";
import type { Kernel } from "../kernel.ts";
import { DecoderProgram } from "./decoderProgram.ts";
import { DecoderTensors } from "./decoderTensors.ts";
import { Program } from "./program.ts";
import { RecordedSteps } from "./recordedSteps.ts";

/** QkvRecordDecoder. */
export const recordDecoder: Kernel = (backend, inputs, attrs) => {
  const given = attrs as RecordDecoderAttrs;
  const program = new Program(backend);
  try {
    const tensors = new DecoderTensors(backend, program, inputs, given.packed);
    const decoder = new DecoderProgram(program, tensors, given, backend.choices.subgroups);
    given.receive(new RecordedSteps({ backend, program, tensors, decoder }));
  } catch (error) {
    program.dispose();
    throw error;
  }
  return [];
};
