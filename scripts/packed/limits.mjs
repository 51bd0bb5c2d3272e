/** What is wrong with how the server of `test/packed/hono` refuses, and stops what nobody waits for any more. */
export async function limitFailures(origin) {
  const ask = (text, init) => fetch(new URL(`/translate?${new URLSearchParams({ text })}`, origin), init);
  const health = async () => (await fetch(new URL("/health", origin))).json();
  const gone = (error) => ({ status: error.name });
  const long = "Where is the train station? ".repeat(150); // seconds of work

  const refused = [(await ask("")).status, (await ask(long.repeat(2))).status];
  const left = await ask(long, { signal: AbortSignal.timeout(300) }).catch(gone);
  const behind = await ask("I love you."); // waits its turn
  const { stopped } = await health();
  const many = await Promise.all(
    Array.from({ length: 10 }, () => ask(long, { signal: AbortSignal.timeout(5000) }).catch(gone)),
  );
  await ask("I love you."); // when all those before it are out of the line
  const { waiting } = await health();

  const isRight =
    String(refused) === "400,413" &&
    [left.status, behind.status, stopped, waiting].join() === "TimeoutError,200,1,0" &&
    many.some(({ status }) => status === 503);
  const got = {
    refused,
    left: left.status,
    behind: behind.status,
    stopped,
    waiting,
    many: many.map((one) => one.status),
  };
  return isRight ? [] : [`expected refusals and one stopped translation, got ${JSON.stringify(got)}`];
}
