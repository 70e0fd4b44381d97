"use strict";
// Keys, running times and the office clock of every page. No page polls: times are counted here.
(() => {
  const body = document.body;
  const skew = Date.parse(body.dataset.now) - Date.now();
  const now = () => Date.now() + skew;
  const wall = new Intl.DateTimeFormat("en-GB", { timeZone: body.dataset.zone, hour: "2-digit", minute: "2-digit" });
  const clock = (at) => wall.format(at).replace(":", ".");
  window.loket = { now, clock };

  const running = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (part) => String(part).padStart(2, "0");
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor(whole / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  };
  const tick = () => {
    for (const face of document.querySelectorAll("[data-clock]")) face.textContent = clock(now());
    for (const time of document.querySelectorAll("[data-since]"))
      time.textContent = running((now() - Date.parse(time.dataset.since)) / 1000);
    for (const call of document.querySelectorAll("[data-fresh]"))
      call.classList.toggle("fresh", now() - Date.parse(call.dataset.fresh) < 20000);
    for (const bar of document.querySelectorAll("[data-until]")) {
      const left = Math.ceil((Date.parse(bar.dataset.until) - now()) / 1000);
      bar.hidden = left <= 0;
      bar.querySelector("[data-left]").textContent = running(left);
    }
    for (const bar of document.querySelectorAll("[data-bar]")) {
      bar.value = (now() - Date.parse(bar.dataset.bar)) / 1000;
      bar.parentElement.classList.toggle("over", now() - Date.parse(bar.dataset.bar) > bar.max * 1000);
    }
  };
  tick();
  setInterval(tick, 1000);

  const pressed = (event) => {
    if (event.key === "?") return "?";
    const name = event.key.length === 1 ? event.code.replace(/^(Key|Digit)/, "") : event.key;
    return (event.ctrlKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + (name === "Slash" ? "/" : name);
  };
  const firstField = (drawer) => drawer.open ? drawer.querySelector("input:not([type=hidden]), select, textarea") : null;
  const typing = (target) => target.closest("input:not([type=checkbox],[type=radio]), textarea, select");
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.isComposing || document.querySelector("dialog[open]")) return;
    const key = pressed(event);
    if (key === "Escape") {
      const open = event.target.closest("details[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      return;
    }
    if ((key === "?" || key === "/") && typing(event.target)) return;
    if (key === "?") { event.preventDefault(); document.getElementById("keys")?.showModal(); return; }
    const named = `[data-key="${CSS.escape(key)}"]`;
    const act = document.querySelector(`main ${named}`) ?? document.querySelector(named);
    if (!act) return;
    event.preventDefault();
    act.focus();
    if (!act.matches("input")) act.click();
    // at once: the toggle event comes later than the next letter of a quick typist
    if (act.matches("summary")) firstField(act.parentElement)?.focus();
  });
  document.addEventListener("toggle", (event) => {
    const inside = event.target.contains(document.activeElement) && !document.activeElement.matches("summary");
    if (event.target.open && !inside) firstField(event.target)?.focus();
  }, true);
  // an act that takes a while says so beside its button
  const busyWord = (sender) => {
    const place = sender.dataset.says && document.getElementById(sender.dataset.says);
    if (place) place.textContent = place.dataset.word;
  };
  document.addEventListener("submit", (event) => {
    const sender = event.submitter;
    if (sender?.ariaBusy === "true") event.preventDefault();
    // a paper that opens in a window of its own leaves this page, and its button, as they were
    else if (sender && event.target.method === "post" && event.target.target !== "_blank") setTimeout(() => { sender.ariaBusy = "true"; busyWord(sender); });
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const drawer = document.getElementById(opener.dataset.opens);
      drawer.open = true;
      drawer.querySelector("summary").focus();
    }
  });
  window.addEventListener("pageshow", () => {
    for (const busy of document.querySelectorAll("[aria-busy=true]")) busy.ariaBusy = null;
    for (const place of document.querySelectorAll("[data-word]")) place.textContent = "";
    // a refusal, else the question whether it is meant: never the button that answers it
    (document.getElementById("refusal") ?? document.querySelector("[data-place]"))?.focus();
  });
})();
