// What the methods rest on, as BibTeX.

/** Characters that TeX reads as commands. */
const tex = (text) => text.replace(/[&%$#_]/g, (c) => `\\${c}`);

/** The references of a citation: apart by semicolons, or by a point after the year. */
const apart = (citation) => citation.split(/;\s+|(?<=\b\d{4}\)?)\.\s+(?=\p{Lu})/u).map((part) => part.trim().replace(/\.$/, "")).filter(Boolean);

/** The names before the title: initials with points, family names, and what joins them. */
function authors(words) {
  const found = /^((?:(?:[A-Z][a-z]?\.[\s-]?)+(?:(?:van|von|der|den|de|la|le|du)\s)*[A-Z][\p{L}'’-]+(?:,\s|\s?and\s|,\sand\s)?)+)/u.exec(words);
  if (!found) return { names: "", rest: words };
  const names = found[1].replace(/,\s*$/, "").split(/,\sand\s|\sand\s|,\s/).filter(Boolean);
  return { names: names.join(" and "), rest: words.slice(found[1].length).replace(/^[,\s]+/, "") };
}

/** One reference as an entry; what does not fall into fields stays whole as a note, so that nothing is made up. */
function entry(words, used) {
  const year = /\b(1[789]\d\d|20\d\d)\b(?!.*\b(?:1[789]\d\d|20\d\d)\b)/.exec(words)?.[1];
  const { names, rest } = authors(words);
  const family = (names.split(" and ")[0].match(/[\p{L}'’-]+$/u)?.[0] ?? "reference").toLowerCase().normalize("NFD").replace(/[^a-z]/g, "");
  let key = `${family}${year ?? ""}`;
  for (let i = 0; used.has(key); i += 1) key = `${family}${year ?? ""}${"bcdefgh"[i] ?? i}`;
  used.add(key);
  const fields = [];
  if (names) fields.push(["author", tex(names)]);
  // Between a colon and a point stands the title; where commas separate everything, it cannot be told from the venue.
  const parts = names && /^:\s*(.*?)\.\s+(.*)$/u.exec(rest);
  if (parts) fields.push(["title", `{${tex(parts[1])}}`], ["howpublished", tex(parts[2])]);
  else fields.push(["note", tex(rest)]);
  if (year) fields.push(["year", year]);
  return `@misc{${key},\n${fields.map(([name, value]) => `  ${name} = {${value}}`).join(",\n")}\n}`;
}

/** The methods that run, each source once. */
export function bibtex(facts) {
  const used = new Set();
  const seen = new Set();
  const parts = facts.runs.flatMap((run) => {
    const fresh = apart(run.citation).filter((words) => !seen.has(words));
    fresh.forEach((words) => seen.add(words));
    return fresh.length ? [`% ${run.label}`, ...fresh.map((words) => entry(words, used))] : [];
  });
  return `${parts.join("\n\n")}\n`;
}
