import { cp } from "node:fs/promises";
import path from "node:path";

/** The folders that a recipe's files are in. */
export interface RecipeFolders {
  readonly data: string;
  /** The recipe's own, or the run's that has copies of its files. */
  readonly recipe: string;
}

/** Where a recipe's file is: beside the recipe if it begins with `./`, else in the data folder. */
export function recipePath(file: string, { data, recipe }: RecipeFolders): string {
  return path.join(isBesideRecipe(file) ? recipe : data, file);
}

/** Copies the files that are beside a recipe into its run's folder, so that the run can go on whatever becomes of them. */
export async function copyRecipeFiles(files: readonly string[], from: string, to: string): Promise<void> {
  for (const file of files.filter(isBesideRecipe)) await cp(path.join(from, file), path.join(to, file));
}

const isBesideRecipe = (file: string) => file.startsWith("./");
