"use strict";
// Follows the hub's feed and keeps the live part of the page true; says so when it cannot.
(() => {
  const { stream, here } = document.body.dataset;
  const live = document.getElementById("live");
  const light = document.getElementById("link");
  if (!stream || !live || !light) return;
  let after = document.body.dataset.seq, wait = 250, fetching = false, again = false, guard;

  const mark = (fresh) => {
    if (light.classList.contains("stale") !== fresh) return;
    light.classList.toggle("stale", !fresh);
    document.body.classList.toggle("is-stale", !fresh);
    light.querySelector(".link-word").textContent =
      fresh ? light.dataset.live : `${light.dataset.stale} ${loket.clock(loket.now())}`;
  };
  // after a refusal the fields hold what was typed, which a fresh page does not know
  const refused = () => !document.getElementById("refusal") ? [] :
    [...live.querySelectorAll("form [name]:is([type=text], textarea)")].filter((one) => one.value);
  const keep = (fields) => {
    for (const [one, value] of fields) if (one.isConnected && !one.value) one.value = value;
  };
  const show = async (html) => {
    const fields = refused().map((one) => [one, one.value]);
    await htmx.swap({ target: live, sourceElement: live, text: html, swap: "innerMorph" });
    keep(fields);
    document.dispatchEvent(new Event("loket:shown"));
  };
  const refresh = async () => {
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      do {
        again = false;
        const answer = await fetch(here, { headers: { "Loket-Part": "live" }, cache: "no-store" });
        if (answer.redirected || answer.status === 401) { loket.sessionOver(); return; }
        if (answer.ok) await show(await answer.text());
      } while (again);
    } finally { fetching = false; }
  };
  // a stop or a message: above the live part, on every officer's page
  const renew = async () => {
    const banner = document.getElementById("banner");
    if (!banner) return;
    const answer = await fetch("/banner", { cache: "no-store" });
    if (answer.ok && !answer.redirected) banner.innerHTML = await answer.text();
  };
  // a page that waits for a case to be scanned has a field for it; then comes what is still to say
  const nextEmpty = (field) =>
    [...field.form.elements].find((one) => one.type === "text" && one !== field && !one.value);
  const taken = (code) => {
    const field = code && document.querySelector("input[data-scan]");
    if (!field) return false;
    field.value = code;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    (nextEmpty(field) ?? field.form.querySelector("[type=submit]")).focus();
    return true;
  };
  // a code was read at some counter: the hub answers only the officer who sits there
  const scanned = async (seq) => {
    const place = document.getElementById("scan");
    if (!place) return;
    const answer = await fetch(`/scans/${seq}`, { cache: "no-store" });
    if (answer.status !== 200 || answer.redirected) return;
    place.innerHTML = await answer.text();
    const said = place.firstElementChild;
    if (taken(said.dataset.code)) { place.replaceChildren(); return; }
    const { case: id, field: name, value } = said.dataset;
    if (id ? ![`/case/${id}`, `/money/${id}`].includes(document.body.dataset.here) : !name) return;
    said.querySelector("a")?.remove();
    const field = name && live.querySelector(`input[name="${name}"]`);
    if (!field || !value) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    if (!id) place.replaceChildren();
  };
  // a reader that types ends its code with Enter: not yet the end of the form
  document.addEventListener("keydown", (event) => {
    const next = event.key === "Enter" && event.target.matches("input[data-scan]") && nextEmpty(event.target);
    if (!next || !event.target.value) return;
    event.preventDefault();
    next.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) document.getElementById("scan")?.replaceChildren();
  });
  const receive = (frame) => {
    const said = { data: [] };
    for (const line of frame.split("\n")) {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (name === "data") said.data.push(value); else if (name) said[name] = value;
    }
    if (said.id) after = said.id;
    if (said.event === "reset") location.reload();
    if (said.event === "changed") {
      if (said.data[0]?.startsWith("office.")) renew().catch(() => mark(false));
      const [kind, actor] = (said.data[0] ?? "").split(" ");
      const own = kind.startsWith("case.") && actor === document.body.dataset.me;
      if (!own) refresh().catch(() => mark(false));
    }
    if (said.event === "scanned") scanned(said.data[0]).catch(() => {});
    if (said.event === "fragment") show(said.data.join("\n"));
  };
  let following = false;
  const follow = async () => {
    if (following) return;
    following = true;
    const stop = new AbortController();
    const alive = () => { clearTimeout(guard); guard = setTimeout(() => stop.abort(), 40000); };
    try {
      alive();
      const answer = await fetch(`/stream/${stream}?after=${after}`, { signal: stop.signal, cache: "no-store" });
      if (answer.redirected || answer.status === 401) { following = false; mark(false); loket.sessionOver(); return; }
      if (!answer.ok) throw new Error(answer.status);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      if (document.body.classList.contains("is-stale")) await refresh();
      if (document.body.classList.contains("is-stale")) document.dispatchEvent(new Event("loket:again"));
      mark(true);
      wait = 250;
      for (let rest = "", part; !(part = await reader.read()).done;) {
        alive();
        const frames = (rest + part.value).replaceAll("\r\n", "\n").split("\n\n");
        rest = frames.pop();
        frames.forEach(receive);
      }
    } catch { /* said below: the page is no longer live */ }
    following = false;
    mark(false);
    wait = Math.min(2000, wait * 2);
    setTimeout(follow, wait);
  };
  document.addEventListener("loket:behind", () => { refresh().catch(() => mark(false)); });

  // The session is over. A page with nothing typed leaves at once, what it shows is for officers;
  // typed words stay until their officer signed in again in another tab.
  let over = false;
  const typed = () => !document.dispatchEvent(new Event("loket:ending", { cancelable: true })) || [...live.querySelectorAll("input, textarea")].some((one) =>
    !["hidden", "checkbox", "radio", "file"].includes(one.type) && one.value !== one.defaultValue);
  loket.sessionOver = () => {
    if (over) return;
    const box = document.getElementById("lost");
    if (!box || !typed()) { location.assign(here); return; }
    over = true;
    box.hidden = false;
    document.dispatchEvent(new Event("loket:lost"));
  };
  addEventListener("focus", async () => {
    if (!over) return;
    const answer = await fetch("/session", { redirect: "manual", cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const { csrf, me } = await answer.json();
    if (me !== document.body.dataset.me) return;
    for (const input of document.querySelectorAll("input[name=csrf]")) input.value = csrf;
    over = false;
    document.getElementById("lost").hidden = true;
    document.dispatchEvent(new Event("loket:back"));
    follow();
  });
  follow();
})();
