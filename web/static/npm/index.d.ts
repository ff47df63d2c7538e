/** What a run is measured by after some steps, as the figure sends it. */
export interface TraceDetail {
  [key: string]: unknown;
}

/** An Iterscope figure: `<iter-scope preset="pde.rotating-flow" view="both" autoplay></iter-scope>`. */
export class IterScope extends HTMLElement {
  /** Where Iterscope lies, for figures without the attribute `src-base`. */
  static home: string;
  /** Starts, and opens the figure if it is not open. Rejected with the reason where it cannot be done, as all calls are. */
  play(): Promise<void>;
  pause(): Promise<void>;
  step(steps?: number): Promise<void>;
  reset(): Promise<void>;
  seek(step: number): Promise<void>;
  /** Sets a live parameter of a run, counted from 0. */
  set(run: number, key: string, value: number | string | boolean): Promise<void>;
  /** Shows the poster again, or the figure from its beginning if it was open: after what it depends on has changed. */
  refresh(): void;
}

/** Says where Iterscope lies, for all figures of the page without the attribute `src-base`. */
export function setHome(address: string | URL): void;

declare global {
  interface HTMLElementTagNameMap {
    "iter-scope": IterScope;
  }
  interface HTMLElementEventMap {
    "iterscope-ready": CustomEvent<Record<string, unknown>>;
    "iterscope-trace": CustomEvent<TraceDetail>;
    "iterscope-stopped": CustomEvent<Record<string, unknown>>;
  }
}
