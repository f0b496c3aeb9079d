// The treemap: areas are bytes, nested by the parts of names; numbered parts are folded, so layers lie on each other.

const deepest = 24;

const node = (label) => ({ label, size: 0, number: 0, children: new Map(), own: [], at: new Set() });

const treeOf = (tensors, byDtype) => {
  const root = node('all');
  for (const tensor of tensors) {
    const names = tensor.name.split('.');
    const parts = names.length > deepest ? [...names.slice(0, deepest), names.slice(deepest).join('.')] : names;
    let place = root;
    const enter = (key, label) => {
      place.size += tensor.byteSize;
      place.number += 1;
      if (!place.children.has(key)) {
        place.children.set(key, node(label));
      }
      place = place.children.get(key);
    };
    if (byDtype) {
      enter(tensor.dtype, tensor.dtype);
    }
    for (const part of parts) {
      if (digits.test(part)) {
        enter('\n', '');
        place.at.add(Number(part));
      } else {
        enter(part, part);
      }
    }
    place.size += tensor.byteSize;
    place.number += 1;
    place.own.push(tensor);
  }
  return root;
};

const labelOf = (tree) => {
  if (tree.at.size === 0) {
    return tree.label;
  }
  let [least, most] = [Infinity, -Infinity];
  for (const at of tree.at) {
    least = Math.min(least, at);
    most = Math.max(most, at);
  }
  return least === most ? String(least) : `${least}–${most}`;
};

// What is directly below: branches with chains of only children joined, and tensors that end here.
const below = (tree) => {
  const items = tree.own.map((tensor) => ({
    label: tree.own.length > 1 ? tensor.name.split('.').filter((part) => digits.test(part)).join('.') || tensor.name : tensor.name,
    size: tensor.byteSize,
    number: 1,
    tensor,
  }));
  for (const child of tree.children.values()) {
    let branch = child;
    let label = labelOf(child);
    while (branch.children.size === 1 && branch.own.length === 0) {
      [branch] = branch.children.values();
      label += `.${labelOf(branch)}`;
    }
    const single = branch.own.length === 1 && branch.children.size === 0;
    const plain = branch.children.size === 0;
    items.push({
      label: plain && !single ? `${label} × ${whole(branch.own.length)}` : label,
      size: branch.size,
      number: branch.number,
      tensor: plain ? branch.own[0] : undefined,
      branch: single ? undefined : branch,
      flat: plain,
    });
  }
  return items.sort((a, b) => b.size - a.size);
};

// Places items, largest first, into a rectangle in rows whose pieces are as near to squares as they get.
const squarify = (items, area) => {
  const total = items.reduce((sum, item) => sum + item.size, 0);
  const pieces = [];
  let { x, y, w, h } = area;
  const scale = (w * h) / total;
  let next = 0;
  while (next < items.length && w > 0 && h > 0) {
    const side = Math.min(w, h);
    let sum = 0;
    let worst = Infinity;
    let end = next;
    while (end < items.length) {
      const size = items[end].size * scale;
      const grown = sum + size;
      const first = items[next].size * scale;
      const ratio = Math.max((side * side * first) / (grown * grown), (grown * grown) / (side * side * size));
      if (ratio > worst) {
        break;
      }
      worst = ratio;
      sum = grown;
      end += 1;
    }
    const thick = sum / side;
    let along = 0;
    for (; next < end; next += 1) {
      const long = (items[next].size * scale) / thick;
      pieces.push(w >= h
        ? { item: items[next], x, y: y + along, w: thick, h: long }
        : { item: items[next], x: x + along, y, w: long, h: thick });
      along += long;
    }
    [x, y, w, h] = w >= h ? [x + thick, y, w - thick, h] : [x, y + thick, w, h - thick];
  }
  return pieces;
};

// Items that would be too small to see are one item together.
const visible = (items, pixels) => {
  const total = items.reduce((sum, item) => sum + item.size, 0);
  const sized = items.filter((item) => item.size > 0);
  const cut = sized.findIndex((item) => (item.size / total) * pixels < 12);
  if (cut < 0 || cut >= sized.length - 1) {
    return sized;
  }
  const rest = sized.slice(cut);
  const size = rest.reduce((sum, item) => sum + item.size, 0);
  const number = rest.reduce((sum, item) => sum + item.number, 0);
  return [...sized.slice(0, cut), { label: `${plural(number, 'smaller tensor')}`, size, number, rest: true }]
    .sort((a, b) => b.size - a.size);
};
