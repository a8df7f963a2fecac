// Shows, on the picture of a file input, its middle and what is left of it once it is cut, and
// takes clicks. The two number fields beside the input hold the values: they work without this.
for (const widget of document.querySelectorAll(".picture-input[data-focus]")) {
  const file = widget.querySelector("input[type=file]");
  const form = widget.closest("form");
  const [x, y] = ["x", "y"].map((axis) => form?.elements[`${widget.dataset.focus}_focus_${axis}`]);
  if (!x || !y) continue;
  let stage = widget.querySelector(".focus-stage");
  if (!stage) {
    stage = document.createElement("p");
    stage.className = "focus-stage";
    stage.hidden = true;
    const image = Object.assign(document.createElement("img"), { alt: "" });
    if (widget.dataset.saved) {
      image.addEventListener("load", () => { stage.hidden = false; }, { once: true });
      image.src = widget.dataset.saved;
    }
    stage.append(image);
    widget.prepend(stage);
  }
  const hint = Object.assign(document.createElement("p"), { className: "hint help", textContent: widget.dataset.hint ?? "" });
  stage.after(hint);
  const picture = stage.querySelector("img");
  const frame = Object.assign(document.createElement("span"), { className: "focus-frame" });
  const marker = Object.assign(document.createElement("span"), { className: "focus-marker" });
  stage.append(frame, marker);

  // While there is no picture it has no middle.
  const rows = [hint, ...[x, y].map((input) => input.closest(".form-row"))].filter(Boolean);
  const tell = () => rows.forEach((row) => (row.hidden = stage.hidden));
  new MutationObserver(tell).observe(stage, { attributes: true, attributeFilter: ["hidden"] });
  tell();

  const percent = (input) => Math.min(Math.max(Number(input.value) || 0, 0), 100);

  function draw() {
    const { naturalWidth: width, naturalHeight: height } = picture;
    if (!width) return;
    marker.style.left = `${percent(x)}%`;
    marker.style.top = `${percent(y)}%`;
    const [across, down] = widget.dataset.ratio.split("/").map(Number);
    // The same sum as `Cut.box` in publishing/files/images.py, in per cent.
    const part = [Math.min(1, (height * across) / down / width) * 100, Math.min(1, (width * down) / across / height) * 100];
    const start = [x, y].map((input, i) => Math.min(Math.max(percent(input) - part[i] / 2, 0), 100 - part[i]));
    [frame.style.left, frame.style.top] = start.map((value) => `${value}%`);
    [frame.style.width, frame.style.height] = part.map((value) => `${value}%`);
  }

  function put(across, down) {
    [x.value, y.value] = [across, down].map((value) => Math.round(Math.min(Math.max(value, 0), 100)));
    for (const input of [x, y]) input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  stage.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    put(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100);
  });
  for (const input of [x, y]) for (const kind of ["input", "change"]) input.addEventListener(kind, draw);
  picture.addEventListener("load", draw);
  picture.addEventListener("error", () => { stage.hidden = true; });
  function show() {
    if (!file.files.length) return;
    put(...(widget.dataset.middle ?? "50/50").split("/").map(Number));  // the old one was of another picture
    const reader = new FileReader();  // a data: address, because the policy knows no blob:
    reader.addEventListener("load", () => {
      stage.hidden = false;
      picture.src = reader.result;
    });
    reader.readAsDataURL(file.files[0]);
  }
  file.addEventListener("change", show);
  show();  // who is quick has chosen before this ran
  draw();
}
