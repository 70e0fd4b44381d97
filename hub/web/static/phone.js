"use strict";
// Follows one visit: hears "changed", waits a moment of its own choosing, and fetches the live part.
(() => {
  const { here, lang } = document.body.dataset;
  const live = document.getElementById("live"), light = document.getElementById("link");
  const tell = document.getElementById("tell");
  const LANE_JITTER = 4000, OWN_JITTER = 300, CALM = 5000, SLOW = 30000;
  let due, fetched = 0, source, poll, sound, lock;

  const mark = (fresh) => {
    if (light.classList.contains("stale") === !fresh) return;
    light.classList.toggle("stale", !fresh);
    const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }).replace(":", ".");
    light.querySelector("span").textContent = fresh ? light.dataset.live : `${light.dataset.stale} ${time}`;
  };
  const called = () => live.querySelector(".ticket.called")?.dataset.calls ?? "";
  const alarm = () => {
    navigator.vibrate?.([400, 200, 400]);
    if (!sound) return;
    for (const [at, tone] of [[0, 660], [0.35, 880], [0.7, 660]]) {
      const wave = sound.createOscillator(), loud = sound.createGain(), start = sound.currentTime + at;
      wave.frequency.value = tone;
      loud.gain.setValueAtTime(0.4, start);
      loud.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
      wave.connect(loud).connect(sound.destination);
      wave.start(start);
      wave.stop(start + 0.32);
    }
  };
  const fetchNow = async () => {
    due = undefined;
    fetched = Date.now();
    try {
      const answer = await fetch(`${here}/live?lang=${lang}`, { cache: "no-store" });
      if (answer.status === 404 || answer.status === 410) { source?.close(); location.reload(); return; }
      if (!answer.ok) throw new Error(answer.status);
      const before = called();
      live.innerHTML = await answer.text();
      if (called() && called() !== before) alarm();
      mark(true);
    } catch { mark(false); }
  };
  const soon = (most, calm) => {
    const at = Math.max(Date.now() + Math.random() * most, calm ? fetched + CALM : 0);
    if (due && due.at <= at) return;
    clearTimeout(due?.timer);
    due = { at, timer: setTimeout(fetchNow, at - Date.now()) };
  };
  const follow = () => {
    source = new EventSource(`${here}/stream`);
    source.addEventListener("changed", (news) => news.data === "own" ? soon(OWN_JITTER) : soon(LANE_JITTER, true));
    source.onopen = () => { clearInterval(poll); poll = undefined; if (light.classList.contains("stale")) soon(OWN_JITTER); };
    source.onerror = () => {
      mark(false);
      // refused for good (too many phones): look now and then instead
      if (source.readyState === EventSource.CLOSED) poll ??= setInterval(() => soon(LANE_JITTER), SLOW);
    };
  };
  tell.addEventListener("click", async () => {
    const on = tell.getAttribute("aria-pressed") !== "true";
    tell.setAttribute("aria-pressed", String(on));
    tell.querySelector("span").textContent = on ? tell.dataset.on : tell.dataset.off;
    sound = on ? new AudioContext() : (sound?.close(), undefined);
    try { if (on) lock = await navigator.wakeLock?.request("screen"); else await lock?.release(); } catch { /* the screen may sleep */ }
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(OWN_JITTER); });
  follow();
})();
