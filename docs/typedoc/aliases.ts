import { type Context, type DeclarationReflection, ReflectionKind, TypeScript as ts } from "typedoc";

/** Lets an alias of a class that is shown as an interface (`@interface`) stand for the class, wherever the class is met. */
export function standForClass(context: Context, declaration: DeclarationReflection): void {
  const symbol = context.getSymbolFromReflection(declaration);
  if (!declaration.kindOf(ReflectionKind.Interface) || !((symbol?.flags ?? 0) & ts.SymbolFlags.TypeAlias)) return;
  const aliased = symbol && context.checker.getDeclaredTypeOfSymbol(symbol).getSymbol();
  if (aliased) context.registerReflection(declaration, aliased);
}
