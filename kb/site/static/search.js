// Search over demands, letters and names, in the page: the documents come in shards as scripts, so that it
// also works from a folder. The whole state of a search lives in the address.
"use strict";

const form = document.querySelector("form.search");
const hits = document.getElementById("search-hits");
const count = document.getElementById("search-count");
const more = document.getElementById("search-more");
const PAGE = 50;
const documents = [];
const index = new MiniSearch({
  fields: ["text", "label", "also"],
  idField: "i",
  processTerm: (term) => term.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase(),
  searchOptions: { boost: { label: 2 }, prefix: true, combineWith: "AND" },
});
const filters = ["kind", "type", "addressee", "organisation", "year", "state"];
const lists = { type: "types", addressee: "addressees", organisation: "organisations" };
const loaded = new Set();
let found = [];
let shown = 0;

function* documentsOf(row) {
  const { demands, ...letter } = row;
  letter.year = (row.date || "").slice(0, 4);
  yield letter;
  for (const { id, ...demand } of demands || []) {
    yield { ...letter, ...demand, kind: "demand", href: letter.href + "#" + id };
  }
}

window.demandkbShard = (rows) => {
  const fresh = rows.flatMap((row) => [...documentsOf(row)]);
  fresh.forEach((doc, n) => (doc.i = documents.length + n));
  documents.push(...fresh);
  index.addAll(fresh);
  search();
};

// Only what the search can find is loaded: nothing before something is asked, letters of the year that is chosen.
function load(wanted) {
  for (const shard of window.demandkbShards || []) {
    const ofLetters = shard.kind === "letters";
    const year = wanted.get("year");
    const kind = wanted.get("kind");
    if (ofLetters ? kind && kind !== "letter" && kind !== "demand" : kind === "letter" || kind === "demand") continue;
    if (year && !shard.years.includes(year)) continue;
    if (loaded.has(shard.name)) continue;
    loaded.add(shard.name);
    const script = document.createElement("script");
    script.src = form.dataset.shared + "search/" + shard.name;
    script.async = false;
    document.head.append(script);
  }
}

function matches(doc, wanted) {
  return filters.every((name) => {
    const value = wanted.get(name);
    if (!value) return true;
    return name in lists ? (doc[lists[name]] || []).includes(value) : doc[name] === value;
  });
}

function show() {
  for (const doc of found.slice(shown, shown + PAGE)) {
    const hit = document.createElement("div");
    hit.className = "hit";
    const link = document.createElement("a");
    link.href = form.dataset.root + doc.href;
    link.dir = "auto";
    link.textContent = doc.text || doc.label;
    const kind = form.elements.kind.querySelector(`[value="${doc.kind}"]`).textContent;
    const meta = document.createElement("p");
    meta.className = "meta";
    for (const part of [kind, doc.date, doc.text && doc.label, doc.also].filter(Boolean)) {
      const isolated = document.createElement("bdi");
      isolated.textContent = part;
      meta.append(...(meta.childNodes.length ? [" · ", isolated] : [isolated]));
    }
    hit.append(link, meta);
    hits.append(hit);
  }
  shown = Math.min(found.length, shown + PAGE);
  more.hidden = shown >= found.length;
}

function search() {
  const wanted = new URLSearchParams(new FormData(form));
  const words = (wanted.get("q") || "").trim();
  for (const key of [...wanted.keys()]) if (!wanted.get(key)) wanted.delete(key);
  const query = wanted.toString();
  history.replaceState(null, "", query ? "?" + query : location.pathname);
  if (query) load(wanted);
  const pool = words ? index.search(words).map((result) => documents[result.id]) : documents;
  found = query ? pool.filter((doc) => matches(doc, wanted)) : [];
  shown = 0;
  hits.replaceChildren();
  count.textContent = query ? (found.length ? `${form.dataset.found}: ${found.length}` : form.dataset.none) : "";
  show();
}

const asked = new URLSearchParams(location.search);
for (const [key, value] of asked) if (form.elements[key]) form.elements[key].value = value;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", search);
more.addEventListener("click", show);
search();
