// Search over demands, letters and names, in the page. What is needed of the index and of the documents is loaded as
// scripts, so that it also works from a folder (kb/site/search.py tells how they are made). The whole state of a search
// lives in the address.
"use strict";

const form = document.querySelector("form.search");
const hits = document.getElementById("search-hits");
const count = document.getElementById("search-count");
const more = document.getElementById("search-more");
const PAGE = 25;
const files = window.demandkbSearch;
const filters = ["kind", "type", "addressee", "organisation", "year", "state"];
const loading = new Map();
const index = new Map();
const documents = new Map();
let found = [];
let shown = 0;
let latest = 0;

window.demandkbIndex = (part) => Object.entries(part).forEach(([key, packed]) => index.set(key, packed));

window.demandkbDocuments = (name, rows) => {
  let [number] = files.documents.find((file) => file[1] === name);
  for (const { demands, ...row } of rows) {
    documents.set(number++, row);
    for (const { id, text } of demands || []) {
      documents.set(number++, { ...row, text, kind: "demand", href: row.href + "#" + id });
    }
  }
};

function load(name) {
  if (!loading.has(name)) {
    const done = new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = form.dataset.shared + "search/" + name;
      script.onload = script.onerror = resolve;
      document.head.append(script);
    });
    loading.set(name, done);
  }
  return loading.get(name);
}

function unpack(packed) {
  const numbers = [];
  let at = -1;
  for (const part of packed.split(",")) {
    const [gap, following] = part.split("*");
    at += parseInt(gap, 16);
    numbers.push(at);
    for (let left = parseInt(following || "0", 16); left > 0; left--) numbers.push(++at);
  }
  return numbers;
}

// The numbers of the documents with a key of the index, or with any key that begins so.
async function having(key, prefix) {
  const last = prefix ? key + "\uffff" : key;
  const needed = files.index.filter(([first], n) => first <= last && !(files.index[n + 1]?.[0] <= key));
  await Promise.all(needed.map((file) => load(file[1])));
  if (!prefix) return new Set(unpack(index.get(key) ?? ""));
  const keys = [...index.keys()].filter((each) => each.startsWith(key) && !each.includes(":")); // words, not filters
  return new Set(keys.flatMap((each) => unpack(index.get(each))));
}

function words(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.match(/[\p{L}\p{N}_]+/gu) || [];
}

async function show(run) {
  const next = found.slice(shown, shown + PAGE);
  const needed = next.map((number) => files.documents.findLast((file) => file[0] <= number)[1]);
  await Promise.all(needed.map(load));
  if (run !== latest) return;
  for (const number of next) {
    const doc = documents.get(number);
    if (!doc) continue;
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

async function search() {
  const run = ++latest;
  const wanted = new URLSearchParams(new FormData(form));
  for (const key of [...wanted.keys()]) if (!wanted.get(key)) wanted.delete(key);
  const query = wanted.toString();
  history.replaceState(null, "", query ? "?" + query : location.pathname);
  const chosen = filters.filter((name) => wanted.get(name)).map((name) => having(`${name}:${wanted.get(name)}`));
  // One letter begins too many words: it is a word of its own.
  const asked = words(wanted.get("q") || "").map((word) => having(word, word.length > 1));
  const [first, ...others] = (await Promise.all([...chosen, ...asked])).sort((a, b) => a.size - b.size);
  if (run !== latest) return;
  found = [...(first || [])].filter((number) => others.every((each) => each.has(number)));
  found.sort((a, b) => b - a); // names, then the newest
  shown = 0;
  hits.replaceChildren();
  count.textContent = query ? (found.length ? `${form.dataset.found}: ${found.length}` : form.dataset.none) : "";
  await show(run);
}

const given = new URLSearchParams(location.search);
for (const [key, value] of given) if (form.elements[key]) form.elements[key].value = value;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", search);
more.addEventListener("click", () => show(latest));
search();
