import { type ProjectReflection, ReflectionKind, type SomeType } from "typedoc";

/** Names parameters that the code takes apart at once: `{ kernel, width }: KernelPoolingOptions` is `options`. */
export function nameParameters(project: ProjectReflection): void {
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
    if (parameter.name === "__namedParameters" && parameter.isParameter()) {
      parameter.name = lastWord(parameter.type) ?? "options";
    }
  }
}

/** `options` of `KernelPoolingOptions`, `inputs` of `Seq2SeqInputs`. */
function lastWord(type: SomeType | undefined): string | undefined {
  return type?.type === "reference" ? /[A-Z][a-z]+$/.exec(type.name)?.[0].toLowerCase() : undefined;
}
