"use strict";
// Pages are put in order by dragging or by buttons; nothing is saved before the button is pressed.
(() => {
  const list = () => document.getElementById("sheets");
  let dragged = null, order = null;
  const out = new Set();
  const number = () => {
    order = [...list().children].map((sheet) => sheet.id);
    [...list().children].forEach((sheet, n) => { sheet.querySelector("strong").textContent = n + 1; });
  };
  const mark = (sheet) => {
    const left = out.has(sheet.id);
    sheet.classList.toggle("out", left);
    sheet.querySelector("[data-leave-out]").setAttribute("aria-pressed", left);
    sheet.querySelector("input").disabled = left;
  };
  // the live part was fetched anew: what was put in order meanwhile stands again, new pages last
  document.addEventListener("loket:shown", () => {
    if (order) {
      const known = order.map((id) => document.getElementById(id)).filter(Boolean);
      list().append(...known, ...[...list().children].filter((sheet) => !order.includes(sheet.id)));
      number();
    }
    [...list().children].forEach(mark);
  });
  const say = (sheet) => {
    const place = [...list().children].indexOf(sheet) + 1;
    document.getElementById("sheets-said").textContent = list().dataset.moved.replace("#", place);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-leave-out]");
    if (!button) return;
    const sheet = button.closest(".sheet");
    if (button.dataset.move) {
      const beside = button.dataset.move === "1" ? sheet.nextElementSibling : sheet.previousElementSibling;
      if (!beside) return;
      if (button.dataset.move === "1") beside.after(sheet); else beside.before(sheet);
      number();
      say(sheet);
      button.focus();
      return;
    }
    if (!out.delete(sheet.id)) out.add(sheet.id);
    mark(sheet);
  });
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".sheet");
    dragged?.classList.add("dragged");
  });
  document.addEventListener("dragover", (event) => {
    const over = event.target.closest?.(".sheet");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const after = dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (after) over.after(dragged); else over.before(dragged);
  });
  document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    number();
    say(dragged);
    dragged = null;
  });
})();
