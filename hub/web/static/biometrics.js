"use strict";
// The preview: pictures only while the dialog is open, drawn and forgotten.
(() => {
  const csrf = () => document.querySelector("input[name=csrf]")?.value ?? "";
  let stop = null;

  const end = () => {
    if (!stop) return;
    stop.abort();
    stop = null;
    // said as well: a browser may keep a stream that its page has left
    const role = document.getElementById("watch")?.dataset.role;
    const body = new URLSearchParams({ csrf: csrf() });
    fetch(`/preview/${role}/stop`, { method: "POST", body, keepalive: true, cache: "no-store" }).catch(() => {});
  };
  const watch = async (dialog) => {
    end();
    const mine = stop = new AbortController();
    const said = dialog.querySelector("#watch-said");
    const place = dialog.querySelector("canvas");
    said.textContent = dialog.dataset.waiting;
    let shown = 0;
    try {
      const answer = await fetch(`/preview/${dialog.dataset.role}`, {
        method: "POST", body: new URLSearchParams({ csrf: csrf() }), signal: mine.signal, cache: "no-store",
      });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      for await (const jpeg of pictures(answer.body.getReader())) {
        if (!await draw(place, jpeg)) continue;
        shown += 1;
        dialog.dataset.shown = shown;
        if (shown === 1) said.textContent = "";
      }
    } catch { /* said below */ }
    place.getContext("2d").clearRect(0, 0, place.width, place.height);
    if (stop === mine) { said.textContent = dialog.dataset.lost; end(); }
  };
  // multipart/x-mixed-replace as cameras send it: each part says how long it is
  async function* pictures(reader) {
    let rest = new Uint8Array(0);
    const text = new TextDecoder("latin1");
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const more = new Uint8Array(rest.length + value.length);
      more.set(rest);
      more.set(value, rest.length);
      rest = more;
      for (;;) {
        const head = /^\s*--[^\r\n]+\r\n[^]*?Content-Length: (\d+)\r\n\r\n/.exec(text.decode(rest.subarray(0, 400)));
        if (!head) break;
        const end = head[0].length + Number(head[1]);
        if (rest.length < end) break;
        yield rest.slice(head[0].length, end);
        rest = rest.slice(end);
      }
    }
  }
  const draw = async (place, jpeg) => {
    let picture;
    try { picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" })); } catch { return false; }
    if (place.width !== picture.width || place.height !== picture.height) {
      place.width = picture.width;
      place.height = picture.height;
    }
    place.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    return true;
  };
  document.addEventListener("click", (event) => {
    const dialog = document.getElementById("watch");
    if (!dialog) return;
    if (event.target.closest("[data-watch]")) { dialog.showModal(); watch(dialog); }
    if (event.target.closest("[data-stop-watching]")) dialog.close();
  });
  document.addEventListener("close", (event) => { if (event.target.id === "watch") end(); }, true);
  addEventListener("pagehide", end);

  // the signature: drawn with pen, finger or mouse, or cut out of a picture of a scan
  let drawing = false, from = null, cut = null;
  const pad = () => document.getElementById("pad");
  const place = (event) => {
    const box = pad().getBoundingClientRect();
    return [(event.clientX - box.left) * pad().width / box.width, (event.clientY - box.top) * pad().height / box.height];
  };
  const ready = (yes) => { document.querySelector("[data-sign=keep]").disabled = !yes; };
  const wipe = () => { pad().getContext("2d").clearRect(0, 0, pad().width, pad().height); cut = null; ready(false); };
  document.addEventListener("pointerdown", (event) => {
    if (event.target.id !== "pad") return;
    event.preventDefault();
    pad().setPointerCapture(event.pointerId);
    drawing = true;
    from = place(event);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drawing || event.target.id !== "pad" || cut?.whole) return;
    const to = place(event);
    const pen = pad().getContext("2d");
    pen.lineWidth = 3.5;
    pen.lineCap = "round";
    pen.strokeStyle = "#0A1B33";
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
    from = to;
    ready(true);
  });
  document.addEventListener("pointerup", (event) => {
    if (!drawing) return;
    drawing = false;
    if (cut?.whole && event.target.id === "pad") cutOut(from, place(event));
  });
  // a drawn box takes its part of the picture to the whole pad
  const cutOut = ([x1, y1], [x2, y2]) => {
    const { picture, scale, left, top } = cut.whole;
    const [x, y, w, h] = [(Math.min(x1, x2) - left) / scale, (Math.min(y1, y2) - top) / scale, Math.abs(x2 - x1) / scale, Math.abs(y2 - y1) / scale];
    if (w < 8 || h < 8) return;
    show(picture, x, y, w, h);
    cut = {};
    ready(true);
  };
  const show = (picture, x, y, w, h) => {
    const scale = Math.min(pad().width / w, pad().height / h);
    const [left, top] = [(pad().width - w * scale) / 2, (pad().height - h * scale) / 2];
    const pen = pad().getContext("2d");
    pen.clearRect(0, 0, pad().width, pad().height);
    pen.drawImage(picture, x, y, w, h, left, top, w * scale, h * scale);
    return { picture, scale, left, top };
  };
  document.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-sign-from]") || !event.target.files[0]) return;
    try {
      const picture = await createImageBitmap(event.target.files[0]);
      cut = { whole: show(picture, 0, 0, picture.width, picture.height) };
    } catch { document.getElementById("sign-said").textContent = document.getElementById("sign").dataset.failed; }
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-sign]");
    if (!button) return;
    if (button.dataset.sign === "clear") { wipe(); return; }
    const { to, back, failed } = document.getElementById("sign").dataset;
    const picture = await new Promise((done) => pad().toBlob(done, "image/png"));
    const body = new FormData();
    body.set("csrf", csrf());
    body.set("file-signature", picture, "signature.png");
    button.disabled = true;
    try {
      const answer = await fetch(to, { method: "POST", body, cache: "no-store" });
      if (answer.ok) { location.assign(back); return; }
    } catch { /* said below */ }
    button.disabled = false;
    document.getElementById("sign-said").textContent = failed;
  });
})();
