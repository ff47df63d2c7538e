// <iter-scope> as an ES module. It can be imported where there is no page, and then defines nothing.
import "./iter-scope.js";

/** The element's class; undefined where there is no page. */
export const IterScope = globalThis.customElements?.get("iter-scope");

/** Says where Iterscope lies, for all figures of the page without the attribute src-base. */
export function setHome(address) {
  if (!IterScope) return;
  IterScope.home = String(address);
  // Those that stand there already without an address.
  for (const figure of document.querySelectorAll("iter-scope:not([src-base])")) figure.refresh();
}
