// A story: text beside the live instrument. It is a Markdown file in stories/, of which this much is understood: a title (#), a lead
// (>), steps (##), paragraphs, lists (-), *emphasis*, **strong**, `code`, [links](address); a block ```experiment with the id of a
// preset or the JSON of an experiment, which the instrument shows while the step is read; and a block ```guess with a question and,
// one a line, what can be answered, the right ones beginning with `+`.

const make = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** A line of text with its marks; nothing in it becomes markup of the page by itself. */
function inline(text) {
  const marks = /\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`|\[(.+?)\]\((.+?)\)/g;
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(marks)) {
    const [all, strong, emphasis, code, label, address] = found;
    parts.push(text.slice(end, found.index));
    end = found.index + all.length;
    if (strong) parts.push(make("strong", { textContent: strong }));
    else if (emphasis) parts.push(make("em", { textContent: emphasis }));
    else if (code) parts.push(make("code", { textContent: code }));
    else if (/^(https:\/\/|[#./]|[a-z]+\.html)/.test(address)) parts.push(make("a", { textContent: label, href: address }));
    else parts.push(label);
  }
  parts.push(text.slice(end));
  return parts;
}

/** The story in its parts. */
export function parse(markdown) {
  const story = { title: "", lead: "", steps: [] };
  let step;
  const lines = markdown.split("\n");
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i].trimEnd();
    const fence = /^```(\w*)$/.exec(line);
    if (fence) {
      const body = [];
      for (i += 1; i < lines.length && lines[i].trim() !== "```"; i += 1) body.push(lines[i]);
      if (!step) throw new Error("a block stands before the first step");
      step[fence[1]] = body.join("\n").trim();
    } else if (line.startsWith("# ")) story.title = line.slice(2);
    else if (line.startsWith("> ")) story.lead = `${story.lead} ${line.slice(2)}`.trim();
    else if (line.startsWith("## ")) story.steps.push((step = { title: line.slice(3), blocks: [] }));
    else if (line.startsWith("- ")) {
      const last = step.blocks.at(-1);
      if (last?.list && lines[i - 1].trim()) last.list.push(line.slice(2));
      else step.blocks.push({ list: [line.slice(2)] });
    } else if (line) {
      const last = step?.blocks.at(-1);
      if (last?.text && lines[i - 1].trim()) last.text += ` ${line}`;
      else if (last?.list && lines[i - 1].trim()) last.list.push(`${last.list.pop()} ${line.trim()}`);
      else if (step) step.blocks.push({ text: line });
    }
  }
  return story;
}

/** The part of an address that shows the experiment of a step. */
const hash = (experiment) => (/^[a-z]+\.[\w.-]+$/.test(experiment) ? `preset=${experiment}` : encodeURIComponent(experiment));

/** A question before the answer is seen. */
function guess(text) {
  const [question, ...answers] = text.split("\n").filter(Boolean);
  const said = make("p", { role: "status" });
  const place = make("div", { className: "guess" }, make("p", {}, ...inline(question)));
  for (const answer of answers) {
    const right = answer.startsWith("+");
    const button = make("button", { type: "button", className: "small", textContent: answer.replace(/^[+-]\s*/, "") });
    button.addEventListener("click", () => {
      said.textContent = right ? "That is what happens: play it." : "Play it, and see what happens instead.";
      place.classList.add("answered");
    });
    place.append(button);
  }
  place.append(said);
  return place;
}

function show(main, story, name) {
  document.title = `${story.title} · Iterscope`;
  const frame = make("iframe", { title: "The instrument" });
  const where = make("span", { role: "status" });
  const open = make("a", { textContent: "Open in the instrument", target: "_blank", rel: "noopener" });
  const [back, on] = ["Back", "Next"].map((textContent) => make("button", { type: "button", className: "small", textContent }));
  const sections = story.steps.map((step, i) => {
    const blocks = step.blocks.map((b) =>
      b.list ? make("ul", {}, ...b.list.map((item) => make("li", {}, ...inline(item)))) : make("p", {}, ...inline(b.text)),
    );
    const section = make("section", { id: `step-${i + 1}` }, make("h2", { textContent: step.title }), ...blocks);
    if (step.guess) section.append(guess(step.guess));
    return section;
  });
  main.append(
    make("div", { className: "text" }, make("header", {}, make("h1", { textContent: story.title }), make("p", { className: "lead" }, ...inline(story.lead))), ...sections),
    make("div", { className: "live" }, make("div", { className: "steps" }, back, on, where, open), frame),
  );
  let now = -1;
  const go = (i, scroll) => {
    const at = Math.max(0, Math.min(i, sections.length - 1));
    if (scroll) sections[at].scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth", block: "start" });
    if (at === now) return;
    now = at;
    sections.forEach((s, k) => s.classList.toggle("now", k === at));
    where.textContent = `Step ${at + 1} of ${sections.length}`;
    [back.disabled, on.disabled] = [at === 0, at === sections.length - 1];
    history.replaceState(null, "", `?${name}#step-${at + 1}`);
    // A step without an experiment goes on with the one before.
    const experiment = story.steps.slice(0, at + 1).findLast((s) => s.experiment)?.experiment;
    if (!experiment) return;
    open.href = `./#${hash(experiment)}`;
    // A question is answered before anything moves.
    const play = story.steps[at].guess ? 0 : 1;
    const wanted = `${hash(experiment)}&view=both&autoplay=${play}`;
    if (!frame.src) frame.src = `embed.html#${wanted}`;
    else frame.contentWindow.location.hash = wanted;
  };
  back.addEventListener("click", () => go(now - 1, true));
  on.addEventListener("click", () => go(now + 1, true));
  addEventListener("keydown", (event) => {
    if (event.key === "PageDown" || event.key === "n") go(now + 1, true);
    else if (event.key === "PageUp" || event.key === "p") go(now - 1, true);
    // For an audience: large type.
    else if (event.key === "l") main.classList.toggle("large");
    else return;
    event.preventDefault();
  });
  // The step that is read is the one at a third of the height.
  const seen = new IntersectionObserver(
    (all) => all.forEach((e) => e.isIntersecting && go(sections.indexOf(e.target), false)),
    { rootMargin: "-33% 0px -66% 0px" },
  );
  go(Math.max(0, Number(/step-(\d+)/.exec(location.hash)?.[1] ?? 1) - 1), location.hash !== "");
  sections.forEach((s) => seen.observe(s));
}

const main = document.querySelector("main.story");
if (main) {
  const name = location.search.slice(1);
  try {
    if (!/^[a-z-]+$/.test(name)) throw new Error("the address names no story");
    const answer = await fetch(`stories/${name}.md`);
    if (!answer.ok) throw new Error(`there is no story “${name}”`);
    show(main, parse(await answer.text()), name);
  } catch (error) {
    main.append(make("p", { className: "waiting", textContent: `This story cannot be shown: ${error.message}. ` }, make("a", { href: "gallery.html", textContent: "To the gallery" })));
  }
}
