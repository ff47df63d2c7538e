// The front end of a widget for Jupyter and marimo, after anywidget's specification; the element stands above. Traits of the model:
// `home` (where Iterscope lies), `preset` or `experiment` (JSON, as text or as an object), `view`, `theme`, `height` (CSS),
// `autoplay`; `trace` and `stopped` hold what the figure told last.
const TEXTS = ["preset", "view", "theme"];

function render({ model, el }) {
  const figure = document.createElement("iter-scope");
  const put = (name, value) => (value ? figure.setAttribute(name, value) : figure.removeAttribute(name));
  const all = () => {
    put("src-base", model.get("home"));
    for (const name of TEXTS) put(name, model.get(name));
    const experiment = model.get("experiment");
    put("experiment", experiment && typeof experiment !== "string" ? JSON.stringify(experiment) : experiment);
    figure.toggleAttribute("autoplay", Boolean(model.get("autoplay")));
    figure.style.height = model.get("height") || "";
  };
  const tell = (name) => (event) => {
    model.set(name, event.detail);
    model.save_changes();
  };
  all();
  figure.addEventListener("iterscope-trace", tell("trace"));
  figure.addEventListener("iterscope-stopped", tell("stopped"));
  const names = ["home", "experiment", "height", "autoplay", ...TEXTS];
  for (const name of names) model.on(`change:${name}`, all);
  el.append(figure);
  return () => {
    for (const name of names) model.off(`change:${name}`, all);
    figure.remove();
  };
}

export default { render };
