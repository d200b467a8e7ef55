// Tables that sort when a heading is pressed. Without JavaScript they are tables all the same.
"use strict";

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  table.querySelectorAll("thead th").forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
      const rows = Array.from(body.rows, (row) => [row.cells[column].textContent.trim(), row]);
      rows.sort((a, b) => collator.compare(a[0], b[0]) * (down ? -1 : 1));
      body.append(...rows.map((pair) => pair[1]));
    });
  });
}

// A page that was opened at a passage inside a closed <details> shows it.
const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
