// The experiment that a page's address holds.

/** The experiment in the address as an object, or null where the address holds none. */
function linked(page) {
  const [, text] = /^#e=(.*)/.exec(new URL(page.url()).hash) ?? [];
  return text ? JSON.parse(Buffer.from(text, 'base64url').toString()) : null;
}

/**
 * Waits until the experiment in the address is as wanted, and returns it. That there is one says little: the page writes its
 * address when its catalog is whole, too, and a change in a run only when the worker has made it.
 */
export async function untilLinked(page, wanted, timeout = 30_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const experiment = linked(page);
    if (experiment && wanted(experiment)) return experiment;
    if (Date.now() > end) throw new Error(`the address never was as wanted: ${JSON.stringify(experiment)}`);
    await page.waitForTimeout(50);
  }
}
