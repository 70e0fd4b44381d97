"use strict";
// What is typed on a case's page is kept by the hub at once; a stale value never overwrites.
(() => {
  const { here } = document.body.dataset;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const value = document.getElementById(button.dataset.copy);
    const range = document.createRange();
    range.selectNodeContents(value);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    try { await navigator.clipboard.writeText(value.textContent); } catch { document.execCommand("copy"); }
    button.classList.add("copied");
    button.firstElementChild.textContent = button.dataset.copied;
  });

  const form = () => document.getElementById("step-form");
  const dirty = new Map();
  let timer, sending = null, leaving = false, lost = false;
  if (!form() || !form().dataset.stage) { announce(); return; }

  const told = () => document.getElementById("kept");
  const say = (key, bad = false) => {
    const line = told();
    if (!line) return;
    line.textContent = line.dataset[key];
    line.classList.toggle("bad", bad);
  };
  const kept = (input) => input.name && input.form === form() &&
    !["hidden", "password", "file", "submit"].includes(input.type) && input.name !== "counter";
  const value = (input) => input.type === "checkbox" ? (input.checked ? input.value : "") : input.value;

  const note = (event) => {
    if (!kept(event.target)) return;
    dirty.set(event.target.name, value(event.target));
    clearTimeout(timer);
    timer = setTimeout(flush, event.type === "change" ? 50 : 700);
  };
  document.addEventListener("input", note);
  document.addEventListener("change", note);

  async function flush() {
    clearTimeout(timer);
    if (sending) { await sending; }
    if (!dirty.size || !form()) return !lost;
    sending = send(new Map(dirty));
    try { return await sending; } finally { sending = null; }
  }
  async function send(sent) {
    const body = new URLSearchParams({ csrf: form().elements.csrf.value, stage: form().dataset.stage, revision: form().elements.revision.value });
    for (const [name, text] of sent) body.set(name, text);
    let answer;
    try {
      answer = await fetch(`${here}/typed`, { method: "POST", body, redirect: "manual", cache: "no-store" });
    } catch { say("offline", true); timer = setTimeout(flush, 3000); return false; }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { sessionLost(); return false; }
    if (!answer.ok) { say("offline", true); return false; }
    for (const [name, text] of sent) if (dirty.get(name) === text) dirty.delete(name);
    show(await answer.json());
    return true;
  }
  function show(said) {
    form().elements.revision.value = said.revision;
    for (const line of document.querySelectorAll(".data-grid .fault[data-live]")) { line.hidden = true; line.removeAttribute("data-live"); }
    for (const [name, words] of Object.entries(said.faults)) {
      const line = document.getElementById(`field-${name}-fault`);
      if (line) { line.textContent = words; line.hidden = false; line.dataset.live = ""; }
    }
    for (const one of said.stale) showStale(one);
    say("saved");
  }
  function showStale({ field, value, words }) {
    const input = form().elements[`field.${field}`];
    const row = document.getElementById(`row-field.${field}`);
    if (!input || !row) return;
    const mine = input.value;
    input.value = value;
    const line = document.createElement("p");
    line.className = "stale-note";
    line.textContent = `${words} `;
    const back = document.createElement("button");
    back.type = "button";
    back.className = "button row";
    back.textContent = `${told()?.dataset.mine ?? ""}: ${mine}`;
    back.addEventListener("click", () => {
      input.value = mine;
      line.remove();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    line.append(back);
    row.append(line);
  }
  // a paper is printed once the rows that it says are filled; the hub judges them again
  const filled = (name) => {
    const input = name && form().elements[name];
    if (!input) return false;
    return (input.type === "checkbox" ? value(input) : input.value) !== "";
  };
  function openPrints() {
    for (const button of document.querySelectorAll("#step-form button[data-needs]")) {
      const waits = !button.dataset.needs.split(" ").every(filled);
      button.disabled = waits;
      const words = document.getElementById(button.getAttribute("aria-describedby"));
      if (words) words.hidden = !waits;
    }
  }
  document.addEventListener("input", openPrints);
  document.addEventListener("change", openPrints);
  document.addEventListener("loket:shown", openPrints);
  openPrints();

  // the live part was fetched anew: what was typed meanwhile stands again
  document.addEventListener("loket:shown", () => {
    for (const [name, text] of dirty) {
      const input = form()?.elements[name];
      if (!input) continue;
      if (input.type === "checkbox") input.checked = text !== "";
      else if (input.value !== text) input.value = text;
    }
  });

  function sessionLost() {
    lost = true;
    say("lost", true);
    const box = document.getElementById("lost");
    if (box) box.hidden = false;
  }
  addEventListener("focus", async () => {
    if (!lost) return;
    const answer = await fetch("/session", { redirect: "manual", cache: "no-store" });
    if (!answer.ok) return;
    const { csrf } = await answer.json();
    for (const input of document.querySelectorAll("input[name=csrf]")) input.value = csrf;
    lost = false;
    document.getElementById("lost").hidden = true;
    await flush();
  });
  // before a form leaves, what is typed is kept: an ended session then loses nothing
  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (event.defaultPrevented || sent.method !== "post") return;
    if (!dirty.size && !lost) { leaving = true; return; }
    const sender = event.submitter;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await flush()) { leaving = true; sender ? sent.requestSubmit(sender) : sent.requestSubmit(); }
  }, true);
  announce();

  function announce() {
    if (!document.body.dataset.stream?.startsWith("case/")) return;
    const csrf = document.querySelector("input[name=csrf]")?.value ?? "";
    const body = () => new URLSearchParams({ csrf });
    fetch(`${here}/here`, { method: "POST", body: body(), redirect: "manual" }).catch(() => {});
    addEventListener("pagehide", () => { if (!leaving) navigator.sendBeacon(`${here}/gone`, body()); });
  }
})();
