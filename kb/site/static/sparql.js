// The SPARQL page: an editor, and the answer as a table. The form also works without this script.
"use strict";

const form = document.querySelector("form.sparql");
const area = form.elements.query;
const said = document.getElementById("sparql-said");
const place = document.getElementById("sparql-result");
const asked = new URLSearchParams(location.search).get("query");
const box = document.createElement("div");
area.hidden = true;
area.before(box);
const editor = new Yasqe(box, { value: asked || area.value, autocompleters: [], persistenceId: null, showQueryButton: false, createShareableLink: null });

// Tab leads out of the editor, as it does out of any field; Ctrl and Enter ask.
editor.setOption("extraKeys", { ...editor.getOption("extraKeys"), Tab: false, "Shift-Tab": false, "Ctrl-Enter": () => form.requestSubmit() });
editor.getInputField().setAttribute("aria-label", form.querySelector("label").textContent);

function cell(term) {
  const td = document.createElement("td");
  if (term && term.type === "uri") {
    const link = document.createElement("a");
    link.href = term.value;
    link.textContent = term.value;
    td.append(link);
  } else if (term) {
    td.dir = "auto";
    td.textContent = term.value;
  }
  return td;
}

function table(answer) {
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  for (const name of answer.head.vars) {
    const th = document.createElement("th");
    th.scope = "col";
    th.textContent = name;
    head.append(th);
  }
  const body = made.createTBody();
  for (const row of answer.results.bindings) body.insertRow().append(...answer.head.vars.map((name) => cell(row[name])));
  return made;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  said.textContent = "…";
  place.replaceChildren();
  const start = performance.now();
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "content-type": "application/sparql-query", accept: "application/sparql-results+json, text/turtle;q=0.9" },
      body: editor.getValue(),
    });
    const text = await response.text();
    const isTable = (response.headers.get("content-type") || "").includes("sparql-results+json");
    if (response.status === 404 || response.status === 405) {
      said.textContent = form.dataset.failed;
    } else if (!response.ok) {
      said.textContent = `${response.status}: ${text}`;
    } else if (isTable && JSON.parse(text).results) {
      const answer = JSON.parse(text);
      said.textContent = `${form.dataset.rows}: ${answer.results.bindings.length} · ${Math.round(performance.now() - start)} ms`;
      place.append(table(answer));
    } else {
      said.textContent = `${Math.round(performance.now() - start)} ms`;
      const pre = document.createElement("pre");
      pre.textContent = isTable ? String(JSON.parse(text).boolean) : text;
      place.append(pre);
    }
  } catch (error) {
    // Opened from a folder, or on a host that only has files: nobody answers.
    said.textContent = form.dataset.failed;
  }
});
