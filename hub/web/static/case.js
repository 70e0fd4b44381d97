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
  // what is not yet at the hub: the text, and the revision of the page on which it was begun
  const dirty = new Map();
  const seen = new Map();
  let timer, sending = null, leaving = false, lost = false, newest = 0;
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
  const revision = () => Number(form().elements.revision.value);

  const note = (event) => {
    const { target } = event;
    if (!kept(target)) return;
    const base = dirty.get(target.name)?.base ?? seen.get(target.name) ?? revision();
    dirty.set(target.name, { text: value(target), base });
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
  const later = () => { say("offline", true); timer = setTimeout(flush, 3000); return false; };
  async function send(sent) {
    const base = Math.min(...[...sent.values()].map((one) => one.base));
    const csrf = form().elements.csrf.value;
    const body = new URLSearchParams({ csrf, stage: form().dataset.stage, revision: base });
    for (const [name, { text }] of sent) body.set(name, text);
    if (form().elements.seen) body.set("seen", form().elements.seen.value);
    let answer;
    try {
      answer = await fetch(`${here}/typed`, { method: "POST", body, redirect: "manual", cache: "no-store" });
    } catch { return later(); }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      // sent before the officer signed in again, refused after: the session is here
      if (form().elements.csrf.value !== csrf) { timer = setTimeout(flush, 50); return false; }
      loket.sessionOver();
      say("lost", true);
      return false;
    }
    if (answer.status >= 500) return later();
    if (!answer.ok) { dirty.clear(); say("gone", true); return true; }
    const said = await answer.json();
    for (const [name, { text }] of sent) {
      const now = dirty.get(name);
      if (now?.text === text) dirty.delete(name); else if (now) now.base = said.revision;
      holds(name, text);
    }
    show(said);
    return true;
  }
  // what the hub keeps is what the field says by itself: only more typing is new
  function holds(name, text) {
    const input = form().elements[name];
    if (input?.matches?.("input:not([type=checkbox]), textarea")) input.defaultValue = text;
  }
  function show(said) {
    newest = Math.max(newest, said.revision);
    for (const line of document.querySelectorAll(".data-grid .fault[data-live]")) { line.hidden = true; line.removeAttribute("data-live"); }
    for (const [name, words] of Object.entries(said.faults)) {
      const line = document.getElementById(`field-${name}-fault`);
      if (line) { line.textContent = words; line.hidden = false; line.dataset.live = ""; }
    }
    for (const one of said.stale) showStale(one, said.revision);
    say("saved");
  }
  function showStale({ field, value, words }, revision) {
    const input = form().elements[`field.${field}`];
    const row = document.getElementById(`row-field.${field}`);
    if (!input || !row) return;
    const mine = input.value;
    dirty.delete(input.name);
    seen.set(input.name, revision);
    input.value = value;
    holds(input.name, value);
    row.querySelector(".stale-note")?.remove();
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

  // the live part was fetched anew: what was typed meanwhile stands again, and what somebody
  // else changed is shown in fields that a morph leaves as they were once typed in
  document.addEventListener("loket:shown", () => {
    if (!form()?.dataset.stage) { dirty.clear(); return; }
    if (revision() < newest) { document.dispatchEvent(new Event("loket:behind")); return; }
    for (const input of form().elements) {
      const mine = dirty.get(input.name);
      if (mine && input.type === "checkbox") input.checked = mine.text !== "";
      else if (mine) { if (input.value !== mine.text) input.value = mine.text; }
      else if (/^(field|card)\./.test(input.name)) asTheHubSays(input);
    }
  });
  function asTheHubSays(input) {
    seen.delete(input.name);
    const said = input.matches("select") ? [...input.options].find((one) => one.defaultSelected)?.value ?? "" : input.defaultValue;
    if (input.value !== said) input.value = said;
  }

  document.addEventListener("loket:ending", (event) => { if (dirty.size) event.preventDefault(); });
  document.addEventListener("loket:lost", () => { lost = true; say("lost", true); });
  document.addEventListener("loket:back", () => { lost = false; flush(); });
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
    const join = () => fetch(`${here}/here`, { method: "POST", body: body(), redirect: "manual" }).catch(() => {});
    join();
    document.addEventListener("loket:again", join);  // a hub that started again knows of no open page
    addEventListener("pagehide", () => { if (!leaving) navigator.sendBeacon(`${here}/gone`, body()); });
  }
})();
