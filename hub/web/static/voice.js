"use strict";
// Says each call once: a chime, Indonesian, English, and both again. A screen that may not sound says so.
(() => {
  const live = document.getElementById("live"), button = document.getElementById("voice");
  if (!live || !button) return;
  const FRESH = 20000, said = new Set(), line = [];
  let sound, speaking = false;

  const loud = () => sound && sound.state === "running";
  const show = () => { button.hidden = loud(); };
  const chime = async () => {
    for (const [at, tone] of [[0, 784], [0.28, 659], [0.56, 523]]) {
      const wave = sound.createOscillator(), gain = sound.createGain(), start = sound.currentTime + at;
      wave.frequency.value = tone;
      gain.gain.setValueAtTime(0.35, start);
      gain.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
      wave.connect(gain).connect(sound.destination);
      wave.start(start);
      wave.stop(start + 0.62);
    }
    await new Promise((done) => setTimeout(done, 1200));
  };
  const play = async (path) => {
    const answer = await fetch(path);
    if (!answer.ok) return;
    const clip = sound.createBufferSource();
    clip.buffer = await sound.decodeAudioData(await answer.arrayBuffer());
    clip.connect(sound.destination);
    await new Promise((done) => { clip.onended = done; clip.start(); });
  };
  const speak = async () => {
    if (speaking || !loud()) return;
    speaking = true;
    for (let call; (call = line.shift());) {
      document.body.dataset.saying = call.number;
      try {
        await chime();
        for (const lang of ["id", "en", "id", "en"]) await play(`/display/voice/${call.number}/${call.counter}/${lang}`);
      } catch { /* the next call is said all the same */ }
    }
    delete document.body.dataset.saying;
    speaking = false;
  };
  const look = () => {
    for (const { dataset } of live.querySelectorAll("[data-call]")) {
      const key = `${dataset.call} ${dataset.times} ${dataset.at}`;
      if (said.has(key)) continue;
      said.add(key);
      if (loket.now() - Date.parse(dataset.at) < FRESH) line.push({ number: dataset.call, counter: dataset.counter });
    }
    speak();
  };
  const wake = () => {
    sound ??= new AudioContext();
    sound.onstatechange = () => { show(); speak(); };
    // without a touch some browsers keep the promise waiting for ever: nothing may hang on it
    sound.resume().catch(() => { /* stays silent until it is touched */ });
    show();
    speak();
  };
  button.addEventListener("click", wake);
  new MutationObserver(look).observe(live, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-call", "data-times", "data-at"] });
  wake();
  look();
})();
