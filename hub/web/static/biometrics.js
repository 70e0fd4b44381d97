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
})();
