import { relative } from "node:path";
import { type Reflection, StructureRouter } from "typedoc";

/** Addresses as the names are: `@qkv/attention/causalMask.html`; and as the files lie: `examples/tour/07-transformer.html`. */
export class FileRouter extends StructureRouter {
  static readonly NAME = "files";

  protected override getIdealBaseName(target: Reflection): string {
    const path = target.isDocument() ? target.project.files.getReflectionPath(target) : undefined;
    if (path === undefined) return super.getIdealBaseName(target).replace(/^_qkv\//, "@qkv/");
    const root = this.application.options.getValue("displayBasePath");
    return relative(root, path).replace(/\.\w+$/, "");
  }
}
