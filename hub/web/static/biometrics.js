"use strict";
// The preview: pictures only while the dialog is open, drawn and forgotten.
(() => {
  const csrf = () => document.querySelector("input[name=csrf]")?.value ?? "";
  let stop = null;

  const end = () => { stop?.abort(); stop = null; };
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
        await draw(place, jpeg);
        shown += 1;
        dialog.dataset.shown = shown;
        if (shown === 1) said.textContent = "";
      }
    } catch { /* said below */ }
    place.getContext("2d").clearRect(0, 0, place.width, place.height);
    if (stop === mine) { said.textContent = dialog.dataset.lost; stop = null; }
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
    const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
    if (place.width !== picture.width || place.height !== picture.height) {
      place.width = picture.width;
      place.height = picture.height;
    }
    place.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
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
