/* Turning, cutting and the focus of a picture: by hand on the picture, by arrow keys, or in the number fields. */

const NAMES = ["crop_x", "crop_y", "crop_w", "crop_h", "focus_x", "focus_y"];
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export function setUpCrop(form) {
  const stage = form.querySelector("[data-crop-stage]");
  const canvas = form.querySelector("[data-crop-canvas]");
  const box = form.querySelector("[data-crop-box]");
  const point = form.querySelector("[data-crop-focus]");
  const field = (name) => form.elements[name];
  const read = () => Object.fromEntries(NAMES.map((name) => [name, Number(field(name).value) || 0]));
  const image = new Image();
  let locked = 0;

  const write = (values) => {
    for (const [name, value] of Object.entries(values)) field(name).value = String(Math.round(value * 100) / 100);
    show();
  };
  const move = (dx, dy) => { const now = read(); write({ crop_x: clamp(now.crop_x + dx, 0, 100 - now.crop_w), crop_y: clamp(now.crop_y + dy, 0, 100 - now.crop_h) }); };
  const real = () => canvas.width / canvas.height;
  const keep = (shape) => { // the cut keeps this shape while its size changes; 0: any shape
    locked = shape;
    for (const button of form.querySelectorAll("[data-crop-shape]")) button.setAttribute("aria-pressed", String(Number(button.dataset.cropShape) === shape));
  };
  const grow = (dx, dy) => {
    if (!locked) { stretch(dx, dy); return; }
    const now = read();
    const step = Math.abs(dx) >= Math.abs(dy) ? dx : (dy * locked) / real();
    const most = Math.min(100 - now.crop_x, ((100 - now.crop_y) * locked) / real());
    const wide = clamp(now.crop_w + step, Math.min(most, Math.max(2, (2 * locked) / real())), most);
    write({ crop_w: wide, crop_h: (wide * real()) / locked });
  };
  const stretch = (dx, dy) => { const now = read(); write({ crop_w: clamp(now.crop_w + dx, 2, 100 - now.crop_x), crop_h: clamp(now.crop_h + dy, 2, 100 - now.crop_y) }); };
  const aim = (dx, dy) => { const now = read(); write({ focus_x: clamp(now.focus_x + dx, 0, 100), focus_y: clamp(now.focus_y + dy, 0, 100) }); };

  function draw() {
    if (!image.naturalWidth) return;
    const turn = Number(field("rotate").value);
    const upright = turn % 180 === 0;
    const scale = Math.min(1, 640 / image.naturalWidth, 640 / image.naturalHeight);
    const [wide, high] = [image.naturalWidth * scale, image.naturalHeight * scale];
    [canvas.width, canvas.height] = upright ? [wide, high] : [high, wide];
    const context = canvas.getContext("2d");
    context.translate(canvas.width / 2, canvas.height / 2);
    context.rotate((turn * Math.PI) / 180);
    context.drawImage(image, -wide / 2, -high / 2, wide, high);
    stage.hidden = false;
    show();
  }
  function show() {
    const now = read();
    Object.assign(box.style, { left: `${now.crop_x}%`, top: `${now.crop_y}%`, width: `${now.crop_w}%`, height: `${now.crop_h}%` });
    Object.assign(point.style, { left: `${now.crop_x + (now.focus_x * now.crop_w) / 100}%`, top: `${now.crop_y + (now.focus_y * now.crop_h) / 100}%` });
  }
  function drag(handle, act) {
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault(); event.stopPropagation();
      handle.setPointerCapture(event.pointerId);
      let [x, y] = [event.clientX, event.clientY];
      const follow = (to) => {
        const size = canvas.getBoundingClientRect();
        act(((to.clientX - x) / size.width) * 100, ((to.clientY - y) / size.height) * 100);
        [x, y] = [to.clientX, to.clientY];
      };
      handle.addEventListener("pointermove", follow);
      const stop = () => handle.removeEventListener("pointermove", follow);
      handle.addEventListener("pointerup", stop, { once: true });
      handle.addEventListener("pointercancel", stop, { once: true });
    });
  }
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  box.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (step) { event.preventDefault(); (event.shiftKey ? grow : move)(...step); }
  });
  point.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (step) { event.preventDefault(); aim(...step.map((one) => one * 2)); }
  });
  drag(box, move);
  drag(form.querySelector("[data-crop-corner]"), grow);
  drag(point, (dx, dy) => { const now = read(); aim((dx * 100) / now.crop_w, (dy * 100) / now.crop_h); });
  form.addEventListener("input", (event) => {
    if (event.target.name === "crop_w" || event.target.name === "crop_h") keep(0);
    if (event.target.name === "rotate") draw(); else show();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-crop-shape]");
    if (!button) return;
    const shape = Number(button.dataset.cropShape);
    keep(shape);
    if (!shape) return;
    // The largest cut of this shape, around the middle of the present one.
    const [wide, high] = real() > shape ? [(shape / real()) * 100, 100] : [100, (real() / shape) * 100];
    const now = read();
    write({ crop_w: wide, crop_h: high, crop_x: clamp(now.crop_x + now.crop_w / 2 - wide / 2, 0, 100 - wide), crop_y: clamp(now.crop_y + now.crop_h / 2 - high / 2, 0, 100 - high) });
  });
  const load = (address) => { image.src = address; };
  image.addEventListener("load", draw);
  if (form.dataset.picture) load(form.dataset.picture);
  const values = () => {
    const now = read();
    const said = {};
    if (Number(field("rotate").value)) said.rotate = Number(field("rotate").value);
    if (now.crop_w < 100 || now.crop_h < 100) said.crop = [now.crop_x, now.crop_y, now.crop_w, now.crop_h].map((one) => Math.round(one * 100) / 10000);
    if (now.focus_x !== 50 || now.focus_y !== 50) said.focus = [now.focus_x / 100, now.focus_y / 100];
    if (field("fit").checked) said.fit = "cut";
    return said;
  };
  const fill = (edits) => {
    keep(0);
    field("rotate").value = String(edits.rotate || 0);
    field("fit").checked = edits.fit === "cut";
    const shares = [...(edits.crop || [0, 0, 1, 1]), ...(edits.focus || [0.5, 0.5])];
    write(Object.fromEntries(NAMES.map((name, at) => [name, shares[at] * 100])));
  };
  return { load, values, fill };
}
