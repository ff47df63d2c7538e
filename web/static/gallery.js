// The gallery: the stories and every ready experiment in chapters, searched by method and by what is to be seen.

const read = async (name) => (await fetch(name)).json();
const make = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const main = document.querySelector("main");
const [outlines, stories] = await Promise.all([read("catalog.json"), read("stories/index.json")]);
const families = (await Promise.all(outlines.map(({ id }) => read(`catalog/${id}.json`)))).map((c) => c.families[0]);

/** Text in which words are looked for. */
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

/** Entries with the words that find them. */
const entries = [];

function entry(preset, methods) {
  const names = [...new Set(preset.experiment.runs.map((r) => methods.get(r.method) ?? r.method))];
  const link = make(
    "a",
    { className: "entry", href: `./#preset=${preset.id}` },
    make("img", { src: `thumbs/${preset.id}.png`, alt: "", loading: "lazy", width: 96, height: 72 }),
    make("b", { textContent: preset.label }),
    make("p", { textContent: preset.summary }),
    make("p", { className: "methods", textContent: names.join(" · ") }),
  );
  entries.push({ link, words: plain(`${preset.label} ${preset.summary} ${names.join(" ")} ${preset.id}`) });
  return link;
}

function tale(story) {
  const link = make("a", { className: "entry tale", href: `story.html?${story.id}` }, make("b", { textContent: story.title }), make("p", { textContent: story.lead }));
  entries.push({ link, words: plain(`story ${story.title} ${story.lead}`) });
  return link;
}

const count = families.reduce((n, f) => n + f.presets.length, 0);
const field = make("input", { type: "search", placeholder: "Method or phenomenon: multigrid, shock, overfitting…", ariaLabel: "Search the gallery" });
const found = make("output", { className: "quiet" });
main.append(
  make("h1", { textContent: "Gallery" }),
  make("p", { className: "lead", textContent: `${count} experiments, ready to run and to change, and ${stories.length} stories that lead through some of them.` }),
  make("div", { className: "find" }, field, found),
);

const chapters = [];
const chapter = (title, level, links) => {
  const grid = make("div", { className: "entries" }, ...links);
  const part = make("section", {}, make(`h${level}`, { textContent: title }), grid);
  chapters.push({ part, links });
  return part;
};

main.append(chapter("Stories", 2, stories.map(tale)));
for (const family of families) {
  const methods = new Map(family.methods.map((m) => [m.id, m.label]));
  const whole = make("section", {}, make("h2", { textContent: family.label }));
  const all = [];
  for (const problem of family.problems) {
    const presets = family.presets.filter((p) => p.experiment.problem.id === problem.id);
    if (!presets.length) continue;
    const links = presets.map((p) => entry(p, methods));
    all.push(...links);
    whole.append(chapter(problem.label, 3, links));
  }
  chapters.push({ part: whole, links: all });
  main.append(whole);
}

const search = () => {
  const wanted = plain(field.value).split(/\s+/).filter(Boolean);
  for (const { link, words } of entries) link.hidden = !wanted.every((word) => words.includes(word));
  for (const { part, links } of chapters) part.hidden = links.every((link) => link.hidden);
  const left = entries.filter(({ link }) => !link.hidden).length;
  found.textContent = wanted.length ? `${left} found` : "";
  history.replaceState(null, "", wanted.length ? `?${encodeURIComponent(field.value)}` : location.pathname);
};
field.value = decodeURIComponent(location.search.slice(1));
field.addEventListener("input", search);
if (field.value) search();
