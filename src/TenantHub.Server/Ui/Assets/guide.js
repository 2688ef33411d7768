// The guide and the profile form: search, choose many, and fetch what the choice needs. The server renders; this puts it in place.
"use strict";

(() => {
  const form = document.getElementById("choice");
  if (!form) return;
  const boxes = () => [...form.querySelectorAll("input[name=action]")];
  const chosen = () => boxes().filter(box => box.checked).map(box => box.value);
  let wait, latest = 0;

  const address = () => {
    const ids = chosen();
    return location.pathname + (ids.length === boxes().length ? "" : "?actions=" + ids.join(","));
  };

  const refresh = async () => {
    document.getElementById("count").textContent = `${chosen().length} of ${form.dataset.total} chosen`;
    if (!document.getElementById("needs")) return;
    const mine = ++latest, url = address();
    const answer = await fetch(url);
    if (mine !== latest || !answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["needs", "steps"]) document.getElementById(id).replaceWith(fresh.getElementById(id));
    history.replaceState(null, "", url);
    announce(`${chosen().length} actions chosen, ${document.querySelectorAll("#needs .chips li").length} scopes.`);
  };

  form.addEventListener("change", event => {
    if (event.target.name !== "action") return;
    clearTimeout(wait);
    wait = setTimeout(refresh, 150);
  });

  form.addEventListener("click", event => {
    const which = event.target.closest("[data-select]")?.dataset.select;
    if (!which) return;
    for (const box of boxes()) {
      const row = box.closest("tr");
      if (which === "none") box.checked = false;
      else if ((which === "all" || row.dataset.product === which) && !row.hidden) box.checked = true;
    }
    refresh();
  });

  document.getElementById("search").addEventListener("input", event => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    let seen = 0;
    for (const row of form.querySelectorAll("tbody tr")) {
      row.hidden = !words.every(word => row.dataset.text.includes(word));
      if (!row.hidden) seen++;
    }
    document.getElementById("no-match").hidden = seen > 0;
  });

  document.getElementById("search").addEventListener("keydown", event => {
    if (event.key === "Enter") event.preventDefault();
  });
})();
