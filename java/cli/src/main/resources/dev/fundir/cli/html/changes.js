// Plots of what changed: relative L2 distance over layers, and of each kind of tensor.

// The range of the values that are not zero, and whether it takes a logarithmic scale.
const rangeOf = (values) => {
  const positive = values.filter((value) => known(value) && value > 0);
  if (positive.length === 0) {
    return { from: 0, to: 1, log: false };
  }
  let [least, most] = [Infinity, 0];
  for (const value of positive) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most / least <= 20) {
    return { from: 0, to: most, log: false };
  }
  return { from: 10 ** Math.floor(Math.log10(least)), to: 10 ** Math.ceil(Math.log10(most)), log: true };
};

const changeMarks = (points) => {
  const gaps = points.slice(1).map(([at], index) => at - points[index][0]);
  const least = gaps.reduce((gap, each) => Math.min(gap, each), Infinity);
  return [
    {
      type: 'columns',
      points: points.filter(([, value]) => known(value) && value > 0),
      step: (x) => (Number.isFinite(least) ? Math.abs(x(points[0][0] + least) - x(points[0][0])) : 18),
    },
    { type: 'zeros', points: points.filter(([, value]) => value === 0) },
  ];
};

const distances = (row) => [
  `relative L2 ${measure(row.relativeL2)}`,
  `max abs ${measure(row.maxAbs)}`,
  `cosine ${measure(row.cosine, 8)}`,
  `${whole(row.differing)} of ${plural(row.elements, 'element')} differ`,
];

const changeFigure = (caption, rows, domain, range, height) => {
  const byLayer = new Map(rows);
  const xs = rows.map(([at]) => at);
  const points = rows.map(([at, row]) => [at, row.relativeL2]);
  const panel = { label: `relative L2${range.log ? ', logarithmic' : ''}`, height, ...range, marks: changeMarks(points) };
  return figure(caption, xs, (width) => plot(width, [panel], domain, 'layer'), (at) => {
    const row = byLayer.get(at);
    return [row.name ?? row.layer, ...distances(row)];
  });
};

const layerChanges = (report) => {
  const part = section('Change by layer');
  if (report.layers.length === 0) {
    part.append(note('No tensors could be compared.'));
    return;
  }
  part.append(note('The relative L2 distance: the norm of the difference over the norm of what was there. Rings are layers '
    + 'that did not change.'));
  const stacks = new Map();
  const singles = [];
  for (const row of report.layers) {
    const where = place({ name: row.layer, layer: row.layer });
    if (!where) {
      singles.push(row);
      continue;
    }
    if (!stacks.has(where.stack)) {
      stacks.set(where.stack, []);
    }
    stacks.get(where.stack).push([where.at, row]);
  }
  const range = rangeOf(report.layers.map((row) => row.relativeL2));
  for (const [stack, rows] of stacks) {
    rows.sort((a, b) => a[0] - b[0]);
    const domain = [rows[0][0], rows[rows.length - 1][0]];
    part.append(changeFigure(named(stack || 'Numbered tensors'), rows, domain, range, 200));
  }
  if (singles.length) {
    part.append(make('h3', { textContent: stacks.size ? 'Outside the layers' : 'All layers' }));
    const most = singles.reduce((greatest, row) => Math.max(greatest, row.relativeL2 ?? 0), 0);
    part.append(table('Changes outside the layers', singles, [
      { ...column.name('Layer'), value: (row) => row.layer },
      column.measure('Relative L2', (row) => row.relativeL2),
      {
        title: '',
        value: (row) => row.relativeL2,
        cell: (row) => {
          const meter = make('span', { className: 'meter' });
          meter.style.width = `${most ? (160 * (row.relativeL2 ?? 0)) / most : 0}px`;
          return meter;
        },
      },
      column.measure('Max abs', (row) => row.maxAbs),
      column.measure('Cosine', (row) => row.cosine, 8),
      column.share('Differing', (row) => row.differing, (row) => row.elements),
    ], { sort: 'Relative L2', descending: true }));
  }
};

const kindChanges = (report) => {
  const { repeated } = byKind(report.tensors);
  if (repeated.length === 0) {
    return;
  }
  const part = section('Change by kind of tensor', note('All plots have the same scale. A layer without a mark did not '
    + 'change there, or has no such tensor in both.'));
  const range = rangeOf(report.tensors.map((row) => row.relativeL2));
  for (const [stack, kinds] of stacksOf(repeated)) {
    const domain = domainOf(kinds);
    part.append(make('h3', {}, named(stack || 'Numbered tensors'), ` ${domain[0]}–${domain[1]}`));
    part.append(figures(kinds.map((kind) => () => {
      const rows = [...kind.layers].sort((a, b) => a[0] - b[0]).map(([at, tensors]) => [at, mostChanged(tensors)]);
      return changeFigure(named(kind.kind || 'each'), rows, domain, range, 84);
    }), 36));
  }
};

const mostChanged = (tensors) =>
  tensors.reduce((most, each) => ((each.relativeL2 ?? 0) > (most.relativeL2 ?? 0) ? each : most));
