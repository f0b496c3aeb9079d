// The header map: a bar for each file with everything where it lies, in bytes from the file's beginning.

const mapSection = (model) => {
  const located = model.tensors.some((tensor) => known(tensor.offset));
  const part = section('What lies where');
  if (!located) {
    part.append(note(model.tensors.length
      ? `Tensors have no fixed place in the bytes of a ${model.format} file.`
      : 'There are no tensors.'));
    return;
  }
  part.append(note('Each file from its first byte to its last. Point at it, or focus it and use the arrow keys, to see '
    + 'which tensor lies there.'));
  const colourings = {
    module: palette(model.tensors, moduleOf),
    dtype: palette(model.tensors, (tensor) => tensor.dtype),
  };
  let colours = colourings.module;
  let key = legend(colours);
  const bars = [];
  part.append(choices('Colour by', Object.keys(colourings), 'module', (name) => {
    colours = colourings[name];
    const fresh = legend(colours);
    key.replaceWith(fresh);
    key = fresh;
    bars.forEach((bar) => bar.paint());
  }), key);

  const inFile = new Map(model.files.map((file) => [file.path, []]));
  for (const tensor of model.tensors) {
    if (known(tensor.offset)) {
      inFile.get(tensor.file)?.push(tensor);
    }
  }
  const add = (file) => {
    const tensors = inFile.get(file.path).sort((a, b) => a.offset - b.offset);
    const box = make('div', { className: 'bar-file' });
    part.append(box);
    bars.push(fileBar(box, file, tensors, () => colours, model.files.length > 1));
  };
  model.files.slice(0, 24).forEach(add);
  if (model.files.length > 24) {
    const more = make('button', { type: 'button', textContent: `Show all ${plural(model.files.length, 'file')}` });
    const line = make('p', { className: 'more' }, more);
    part.append(line);
    more.addEventListener('click', () => {
      line.remove();
      model.files.slice(24).forEach(add);
    });
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => bars.forEach((bar) => bar.paint()));
};

const fileBar = (box, file, tensors, colours, titled) => {
  const canvas = make('canvas', { tabIndex: 0, role: 'img' });
  const readout = make('p', { className: 'readout', 'aria-live': 'polite' });
  const data = known(file.dataOffset) ? file.dataOffset : tensors[0]?.offset ?? 0;
  const headerPart = { name: 'Header', offset: 0, byteSize: data, header: true };
  const parts = data > 0 ? [headerPart, ...tensors] : tensors;
  const name = file.path.split(/[\\/]/).pop();
  let chosen = -1;

  canvas.setAttribute('aria-label', `${name}: ${plural(tensors.length, 'tensor')} in ${bytes(file.byteSize)}`);
  if (titled) {
    box.append(make('div', { className: 'readout' }, named(name)));
  }
  box.append(canvas, make('div', { className: 'ends' },
    make('span', { textContent: `header ${bytes(data)}` }),
    make('span', { textContent: `tensors ${bytes(file.byteSize - data)}` }),
    make('span', { textContent: `${bytes(file.byteSize)}` })), readout);

  const style = getComputedStyle(document.documentElement);
  const paint = () => {
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext('2d');
    pen.scale(ratio, ratio);
    const scale = width / Math.max(1, file.byteSize);
    const fills = new Map();
    const colour = (variable) => {
      if (!fills.has(variable)) {
        fills.set(variable, style.getPropertyValue(variable));
      }
      return fills.get(variable);
    };
    pen.fillStyle = colour('--surface');
    pen.fillRect(0, 0, width, height);
    let painted = -1;
    for (const part of parts) {
      const x = part.offset * scale;
      const wide = part.byteSize * scale;
      if (wide < 1 && Math.floor(x) === painted) {
        continue; // one pixel shows one of the tensors that share it
      }
      painted = wide < 1 ? Math.floor(x) : -1;
      pen.fillStyle = colour(part.header ? '--header' : colours().of(part));
      pen.fillRect(wide < 1 ? Math.floor(x) : x, 0, wide < 1 ? 1 : wide >= 3 ? wide - 0.75 : wide, height);
    }
    if (chosen >= 0) {
      const part = parts[chosen];
      pen.strokeStyle = colour('--ink');
      pen.lineWidth = 2;
      pen.strokeRect(part.offset * scale, 1, Math.max(2, part.byteSize * scale), height - 2);
    }
  };

  // The last part that begins at or before this byte.
  const indexAt = (offset) => {
    let low = 0;
    let high = parts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (parts[middle].offset <= offset) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  };
  const describe = (part) => [
    part.name,
    part.header ? 'names, dtypes, shapes, metadata' : `${part.dtype}  ${shape(part.shape)}`,
    `${bytes(part.byteSize)} from byte ${whole(part.offset)}`,
  ];
  const choose = (index) => {
    chosen = Math.max(0, Math.min(parts.length - 1, index));
    const [subject, ...more] = describe(parts[chosen]);
    readout.replaceChildren(named(subject), `   ${more.join(' · ')}`);
    paint();
  };
  canvas.addEventListener('pointermove', (event) => {
    const perPixel = file.byteSize / canvas.clientWidth;
    const index = indexAt(event.offsetX * perPixel);
    const last = indexAt((Math.floor(event.offsetX) + 1) * perPixel - 1);
    choose(index);
    const lines = describe(parts[index]);
    if (last > index) {
      lines.push(`and ${plural(last - index, 'more part')} in this pixel`);
    }
    tip.show(lines, event.clientX, event.clientY);
  });
  const leave = () => {
    chosen = -1;
    readout.replaceChildren();
    tip.hide();
    paint();
  };
  canvas.addEventListener('pointerleave', leave);
  canvas.addEventListener('blur', leave);
  canvas.addEventListener('focus', () => canvas.matches(':focus-visible') && choose(0));
  canvas.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.round(parts.length / 100));
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      event.preventDefault();
      choose(chosen + steps[event.key]);
    }
  });
  if (parts.length) {
    responsive(canvas, paint);
  }
  return { paint };
};
