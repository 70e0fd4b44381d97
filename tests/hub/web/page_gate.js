// Walks a page and names every fault a person would trip over: too little contrast, text that
// leaves its box, the page or its line, and targets too small to hit.
([least, smallest]) => {
  const faults = [];
  const name = (e) => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}.${[...e.classList].join(".")} "${e.textContent.trim().slice(0, 30)}"`;
  const colour = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return { r: parts[0], g: parts[1], b: parts[2], a: parts[3] ?? 1 };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a), a: 1,
  });
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const one = colour(getComputedStyle(at).backgroundColor);
      layers.push(one);
      if (one.a === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const shown = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !e.closest(".sr, .skip, dialog:not([open])");
  const scrolls = (e) => { for (let at = e.parentElement; at; at = at.parentElement) if (/auto|scroll/.test(getComputedStyle(at).overflowX)) return true; return false; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const e = node.parentElement;
    if (!node.data.trim() || !shown(e) || e.closest("script, option")) continue;
    const ink = over(colour(getComputedStyle(e).color), ground(e));
    const pair = [light(ink), light(ground(e))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < least) faults.push(`contrast ${contrast.toFixed(1)}: ${name(e)}`);
    const range = document.createRange();
    range.selectNodeContents(node);
    const all = [...range.getClientRects()];
    if (parseFloat(getComputedStyle(e).fontSize) < smallest) faults.push(`small text ${getComputedStyle(e).fontSize}: ${name(e)}`);
    for (const box of all) {
      if (scrolls(e)) break;
      if (box.left < -1 || box.right > document.documentElement.clientWidth + 1) faults.push(`off the page: ${name(e)}`);
      for (let at = e; at && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at);
        if (style.display === "inline" || style.position === "sticky") continue;
        const outer = at.getBoundingClientRect();
        const clips = style.overflowX !== "visible";
        if (box.right > outer.right + 2 || box.left < outer.left - 2 || (clips && (box.bottom > outer.bottom + 3 || box.top < outer.top - 3)))
          { faults.push(`outside ${name(at)}: ${name(e)}`); break; }
      }
    }
  }
  for (const e of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")) {
    if (!shown(e) || e.closest("p, td, li > .push, .rows.compact, .alert ul") && e.matches("a")) continue;
    const box = (e.closest("label.tick, .segments label, .choices label") ?? e).getBoundingClientRect();
    if (box.height && box.height < 35) faults.push(`target ${Math.round(box.height)} px high: ${name(e)}`);
    if (e.matches("input, select, textarea") && !e.labels?.length && !e.ariaLabel) faults.push(`no label: ${name(e)} ${e.name}`);
  }
  const ruler = document.createElement("canvas").getContext("2d");
  for (const e of document.querySelectorAll("input[placeholder]")) {
    if (!shown(e) || scrolls(e)) continue;
    const style = getComputedStyle(e);
    ruler.font = style.font;
    const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (ruler.measureText(e.placeholder).width > room + 1) faults.push(`placeholder cut: "${e.placeholder}" ${name(e)}`);
  }
  const primary = [...document.querySelectorAll(".button.primary")].filter(shown);
  if (primary.length > 1) faults.push(`${primary.length} filled buttons`);
  return [...new Set(faults)];
}
