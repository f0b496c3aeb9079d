// What names say: the layer a tensor is in, its kind (the same place in every layer), its module.

const digits = /^\d+$/;

// { stack: "model.layers", at: 3, kind: "self_attn.q_proj.weight" }, or null outside numbered layers.
const place = (tensor) => {
  const cut = tensor.layer.lastIndexOf('.');
  const last = tensor.layer.slice(cut + 1);
  if (!digits.test(last)) {
    return null;
  }
  const rest = tensor.name.slice(tensor.layer.length + 1);
  return {
    stack: tensor.layer.slice(0, Math.max(0, cut)),
    at: Number(last),
    kind: rest.split('.').map((part) => (digits.test(part) ? '*' : part)).join('.'),
  };
};

// Tensors by stack and kind, each a map from the layer's number to its tensors; and those of no repeated kind.
const byKind = (tensors) => {
  const kinds = new Map();
  const others = [];
  for (const tensor of tensors) {
    const where = place(tensor);
    if (!where) {
      others.push(tensor);
      continue;
    }
    const key = `${where.stack}\n${where.kind}`;
    if (!kinds.has(key)) {
      kinds.set(key, { stack: where.stack, kind: where.kind, layers: new Map() });
    }
    const { layers } = kinds.get(key);
    if (!layers.has(where.at)) {
      layers.set(where.at, []);
    }
    layers.get(where.at).push(tensor);
  }
  const repeated = [];
  for (const each of kinds.values()) {
    if (each.layers.size > 1) {
      repeated.push(each);
    } else {
      [...each.layers.values()].flat().forEach((tensor) => others.push(tensor));
    }
  }
  repeated.sort((a, b) => natural(a.stack, b.stack) || natural(a.kind, b.kind));
  return { repeated, others };
};

// The part of a name that says what it does: behind the layer's number, or before the parameter's own name.
const moduleOf = (tensor) => {
  const where = place(tensor);
  const parts = (where ? where.kind : tensor.name).split('.');
  if (where) {
    return parts.length > 1 || parts[0] ? parts[0] : where.stack;
  }
  return parts.length > 1 ? parts[parts.length - 2] : parts[0];
};

// Gives the groups with the most bytes a colour each, and the last colour to all others.
const palette = (tensors, group) => {
  const sizes = new Map();
  for (const tensor of tensors) {
    const key = group(tensor);
    sizes.set(key, (sizes.get(key) ?? 0) + tensor.byteSize);
  }
  const order = [...sizes].sort((a, b) => b[1] - a[1]);
  const most = order.length > 8 ? 7 : 8;
  const places = new Map(order.slice(0, most).map(([key], index) => [key, index]));
  const entries = order.slice(0, most).map(([label, size], index) => ({ label, size, fill: `--fill-${index}` }));
  if (order.length > most) {
    const rest = order.slice(most);
    const size = rest.reduce((sum, each) => sum + each[1], 0);
    entries.push({ label: `${whole(rest.length)} others`, size, fill: '--fill-7' });
  }
  return { entries, of: (tensor) => `--fill-${places.get(group(tensor)) ?? 7}` };
};

const legend = (colours) =>
  make('ul', { className: 'legend' }, ...colours.entries.map(({ label, size, fill }) => {
    const swatch = make('i');
    swatch.style.background = `var(${fill})`;
    return make('li', {}, swatch, named(label), ` ${bytes(size)}`);
  }));

// Kinds by the stack of layers they are in.
const stacksOf = (kinds) => {
  const stacks = new Map();
  for (const kind of kinds) {
    if (!stacks.has(kind.stack)) {
      stacks.set(kind.stack, []);
    }
    stacks.get(kind.stack).push(kind);
  }
  return stacks;
};

// The first and last layer.
const domainOf = (kinds) => {
  let [from, to] = [Infinity, -Infinity];
  for (const kind of kinds) {
    for (const at of kind.layers.keys()) {
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
  }
  return [from, to];
};
