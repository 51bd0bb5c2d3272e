import type { Application, ProjectReflection } from "typedoc";

/** Warns of links that lead nowhere, of exports without a comment, and of types that are met in exports but not exported. */
export function validate(app: Application, project: ProjectReflection, packages: readonly string[]): void {
  app.validate(project);
  // TypeDoc looks for types that are not exported in one package, the project's own: each of ours is that once.
  const { packageName: own = "" } = project;
  app.options.setValue("validation", false);
  app.options.setValue("validation", { notExported: true });
  for (const name of packages) {
    project.packageName = name;
    app.validate(project);
  }
  project.packageName = own;
}
