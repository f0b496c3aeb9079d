// The treemap on the page: tiles that open what they stand for, and the way back above them.

const mostTiles = 1500;
const strip = 18;

const treemapSection = (model) => {
  const total = model.tensors.reduce((sum, tensor) => sum + tensor.byteSize, 0);
  const part = section('What takes the space');
  if (total === 0) {
    part.append(note('The tensors take no bytes.'));
    return;
  }
  part.append(note('Areas are bytes. Numbered parts of names lie on each other: “layers.0–15” is all of those layers '
    + 'together. Choose a tile to go into it.'));
  const box = make('div', { className: 'treemap', role: 'group', 'aria-label': 'Treemap of bytes' });
  const trail = make('nav', { className: 'choices', 'aria-label': 'Where the treemap is' });
  const keyBox = make('div');
  const groups = { module: false, dtype: true };
  const colourings = {
    module: palette(model.tensors, moduleOf),
    dtype: palette(model.tensors, (tensor) => tensor.dtype),
  };
  let colours;
  let path;
  const start = (name) => {
    colours = colourings[name];
    keyBox.replaceChildren(legend(colours));
    path = [{ label: 'all', branch: treeOf(model.tensors, groups[name]) }];
    // A root with one branch is that branch.
    for (let only = below(path[0].branch); only.length === 1 && only[0].branch; only = below(path[0].branch)) {
      path[0] = { label: only[0].label, branch: only[0].branch };
    }
  };
  const paint = () => {
    const width = box.clientWidth;
    const height = Math.round(Math.max(300, Math.min(560, width * 0.5)));
    const current = path[path.length - 1].branch;
    box.style.height = `${height}px`;
    box.replaceChildren(...tiles(current, width, height, total, colours, (item) => {
      path.push(item);
      paint();
      box.querySelector('button')?.focus({ preventScroll: true });
    }));
    trail.replaceChildren(...path.map((step, index) => {
      const here = index === path.length - 1;
      const button = make('button', { type: 'button', textContent: step.label, disabled: here });
      button.addEventListener('click', () => {
        path = path.slice(0, index + 1);
        paint();
      });
      return button;
    }), ` ${bytes(current.size)}, ${percent(current.size, total)} of all, ${plural(current.number, 'tensor')}`);
    tip.hide();
  };
  box.addEventListener('keydown', (event) => {
    if ((event.key === 'Escape' || event.key === 'Backspace') && path.length > 1) {
      path.pop();
      paint();
      box.querySelector('button')?.focus({ preventScroll: true });
    }
  });
  box.addEventListener('pointerleave', () => tip.hide());
  start('module');
  part.append(choices('Group by', Object.keys(groups), 'module', (name) => {
    start(name);
    paint();
  }), keyBox, trail, box);
  responsive(box, paint);
};

const tiles = (tree, width, height, total, colours, open) => {
  const made = [];
  const place = (branch, area, top, under) => {
    const items = visible(below(branch), area.w * area.h);
    for (const piece of squarify(items, area)) {
      if (made.length >= mostTiles || piece.w < 2 || piece.h < 2) {
        continue;
      }
      const { item } = piece;
      const into = item.branch ? () => open(item) : top;
      const opens = item.branch && !item.flat;
      const nested = opens && piece.w > 56 && piece.h > strip + 26;
      const name = [...under, item.label].join('.');
      made.push(tile(piece, nested, name, total, colours, branch === tree, into));
      if (nested) {
        const inner = { x: piece.x + 3, y: piece.y + strip, w: piece.w - 7, h: piece.h - strip - 4 };
        place(item.branch, inner, into, [...under, item.label]);
      }
    }
  };
  place(tree, { x: 0, y: 0, w: width, h: height }, null, []);
  return made;
};

const tile = ({ item, x, y, w, h }, nested, name, total, colours, outer, into) => {
  const button = make('button', { type: 'button', tabIndex: outer ? 0 : -1 });
  button.className = (nested ? 'group' : '') + (into ? ' opens' : '');
  Object.assign(button.style, {
    left: `${x}px`,
    top: `${y}px`,
    width: `${Math.max(1, w - 1)}px`,
    height: `${Math.max(1, h - 1)}px`,
  });
  if (!nested) {
    const first = item.tensor ?? firstTensor(item.branch);
    button.style.background = `var(${first ? colours.of(first) : '--fill-7'})`;
  }
  const size = `${bytes(item.size)}, ${percent(item.size, total)}`;
  button.setAttribute('aria-label', `${name}: ${size}`);
  if (w > 52 && h > 18) {
    button.append(make('span', { textContent: nested ? `${item.label}  ${bytes(item.size)}` : item.label }));
    if (!nested && h > 36 && w > 60) {
      button.append(make('span', { textContent: bytes(item.size) }));
    }
  }
  const lines = [name, size, item.number > 1 ? plural(item.number, 'tensor') : null];
  if (item.tensor) {
    lines.push(`${item.tensor.dtype}  ${shape(item.tensor.shape)}${item.number > 1 ? ' (the first)' : ''}`);
  }
  const text = lines.filter(Boolean);
  button.addEventListener('pointermove', (event) => tip.show(text, event.clientX, event.clientY));
  button.addEventListener('focus', () => {
    if (button.matches(':focus-visible')) {
      const at = button.getBoundingClientRect();
      tip.show(text, at.left, at.top + Math.min(at.height, 40));
    }
  });
  button.addEventListener('blur', () => tip.hide());
  if (into) {
    button.addEventListener('click', into);
  }
  return button;
};

// Any tensor below, whose colour a tile takes that stands for many.
const firstTensor = (branch) => {
  let place = branch;
  while (place && place.own.length === 0) {
    [place] = place.children.values();
  }
  return place?.own[0];
};
